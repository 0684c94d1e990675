"""A standalone Spark cluster on loopback, each worker on a processor of its own, and where the time of a survey's jobs goes on it."""

import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from processor_time import GROUPS, REST, Sampler


def pinned(number):
    """For a process that shall have one processor of this machine, the number-th: what a worker of one core has."""
    processors = sorted(os.sched_getaffinity(0))
    return lambda: os.sched_setaffinity(0, {processors[number % len(processors)]})


class Cluster:
    def __init__(self, home, workers):
        self.home = home
        self.folder = tempfile.mkdtemp(prefix="lowrank-spark-")
        self.environment = dict(os.environ, SPARK_HOME=home, SPARK_LOCAL_IP="127.0.0.1", SPARK_SCALA_VERSION="2.13",
                                SPARK_DAEMON_MEMORY="256m")
        self.processes = []
        log = self.start("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.address = self.says(log, r"Starting Spark master at (spark://\S+)")
        for i in range(workers):
            log = self.start("worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "2g",
                             "--work-dir", os.path.join(self.folder, "work"), self.address, place=pinned(i))
            self.says(log, "(registered with master)")
        self.workers = workers

    def command(self, program, arguments):
        """As bin/spark-class: the launcher says how."""
        said = subprocess.run(["java", "-cp", self.home + "/jars/*", "org.apache.spark.launcher.Main", program, *arguments],
                              env=self.environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
        return [word.strip() for word in said.split("\0") if word.strip()]

    def start(self, program, *arguments, place=None):
        log = os.path.join(self.folder, f"{len(self.processes)}.log")
        with open(log, "w") as file:
            self.processes.append(subprocess.Popen(self.command("org.apache.spark.deploy." + program, arguments),
                                                   env=self.environment, stdout=subprocess.DEVNULL, stderr=file, preexec_fn=place))
        return log

    @staticmethod
    def says(log, pattern):
        for _ in range(1200):
            with open(log) as file:
                found = re.search(pattern, file.read())
            if found:
                return found[1]
            time.sleep(0.1)
        raise SystemExit(f"benchmark: Spark did not start: {log}")

    def survey(self, jar, models, *more):
        """Runs a survey once every executor is there."""
        out = os.path.join(self.folder, "out")
        shutil.rmtree(out, ignore_errors=True)
        events = tempfile.mkdtemp(dir=self.folder)
        settings = {"spark.cores.max": self.workers, "spark.executor.cores": 1, "spark.executor.memory": "1g", "spark.ui.enabled": "false",
                    "spark.scheduler.minRegisteredResourcesRatio": 1, "spark.eventLog.enabled": "true",
                    "spark.eventLog.rolling.enabled": "false",
                    "spark.eventLog.compress": "false", "spark.eventLog.dir": "file:" + events}
        words = ["--master", self.address, "--class", "org.lowrank.spark.Main"]
        for key, value in settings.items():
            words += ["--conf", f"{key}={value}"]
        command = self.command("org.apache.spark.deploy.SparkSubmit", [*words, jar, models, "--out", out, *more])
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as driver:
            roots = {"driver": driver.pid, "master": self.processes[0].pid}
            roots.update((f"worker {i}", process.pid) for i, process in enumerate(self.processes[1:], 1))
            with Sampler(roots) as sampler:
                code = driver.wait()
        if code:
            raise SystemExit(f"benchmark: the survey on Spark failed with {code}")
        (log,) = glob.glob(events + "/*")
        with open(log) as file:
            return Survey([json.loads(line) for line in file], sampler)

    def close(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Survey:
    """What the event log and the processors tell of a survey, from the first job's begin to the last one's end, in seconds."""

    def __init__(self, events, sampler):
        begins = [event["Submission Time"] / 1000 for event in events if event["Event"] == "SparkListenerJobStart"]
        ends = [event["Completion Time"] / 1000 for event in events if event["Event"] == "SparkListenerJobEnd"]
        tasks = [event for event in events if event["Event"] == "SparkListenerTaskEnd"]
        self.wall = max(ends) - min(begins)
        self.jobs = [end - begin for begin, end in zip(begins, ends)]
        self.tasks = sum(task["Task Info"]["Finish Time"] - task["Task Info"]["Launch Time"] for task in tasks) / 1000
        self.deserialised = sum(task["Task Metrics"]["Executor Deserialize Time"] for task in tasks) / 1000
        self.spent, self.others = sampler.between(min(begins), max(ends))

    def executors(self):
        """Processor seconds of each."""
        sums = {}
        for (program, _), ran in self.spent.items():
            if program.startswith("executor"):
                sums[program] = sums.get(program, 0) + ran
        return list(sums.values())

    def table(self):
        """Processor seconds by program and by what its threads do."""
        groups = [name for name, _ in GROUPS] + [REST]
        lines = ["| processor seconds | " + " | ".join(groups) + " | all |", "|---" * (len(groups) + 2) + "|"]
        for program in sorted({program for program, _ in self.spent}):
            of = [self.spent[program, name] for name in groups]
            lines.append(f"| {program} | " + " | ".join(f"{ran:.1f}" for ran in [*of, sum(of)]) + " |")
        jobs = ", ".join(f"{seconds:.1f}" for seconds in self.jobs)
        return "\n".join(lines) + (f"\n\n{self.wall:.1f} s, its three jobs {jobs}; tasks {self.tasks:.1f} s, {self.deserialised:.1f} of them"
                                  f" until their code was there; everything else on this machine: {self.others:.1f} processor seconds\n")
