"""A standalone Spark cluster on loopback, each worker of one core, and how long a survey's jobs take on it."""

import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import time


class Cluster:
    def __init__(self, home, workers):
        self.home = home
        self.folder = tempfile.mkdtemp(prefix="lowrank-spark-")
        self.environment = dict(os.environ, SPARK_HOME=home, SPARK_LOCAL_IP="127.0.0.1", SPARK_SCALA_VERSION="2.13",
                                SPARK_DAEMON_MEMORY="256m")
        self.processes = []
        log = self.start("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.address = self.says(log, r"Starting Spark master at (spark://\S+)")
        for _ in range(workers):
            log = self.start("worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", "2g",
                             "--work-dir", os.path.join(self.folder, "work"), self.address)
            self.says(log, "(registered with master)")
        self.workers = workers

    def command(self, program, arguments):
        """As bin/spark-class: the launcher says how."""
        said = subprocess.run(["java", "-cp", self.home + "/jars/*", "org.apache.spark.launcher.Main", program, *arguments],
                              env=self.environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()
        return [word.strip() for word in said.split("\0") if word.strip()]

    def start(self, program, *arguments):
        log = os.path.join(self.folder, f"{len(self.processes)}.log")
        with open(log, "w") as file:
            self.processes.append(subprocess.Popen(self.command("org.apache.spark.deploy." + program, arguments),
                                                   env=self.environment, stdout=subprocess.DEVNULL, stderr=file))
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
        """Seconds from the first job's begin to the last one's end, once every executor is there; and the tasks' own, added up."""
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
        subprocess.run(self.command("org.apache.spark.deploy.SparkSubmit", [*words, jar, models, "--out", out, *more]),
                       env=self.environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begins, ends, tasks = [], [], []
        for path in glob.glob(events + "/*"):
            with open(path) as file:
                for event in map(json.loads, file):
                    if event["Event"] == "SparkListenerJobStart":
                        begins.append(event["Submission Time"])
                    elif event["Event"] == "SparkListenerJobEnd":
                        ends.append(event["Completion Time"])
                    elif event["Event"] == "SparkListenerTaskEnd":
                        tasks.append(event["Task Info"]["Finish Time"] - event["Task Info"]["Launch Time"])
        return (max(ends) - min(begins)) / 1000, sum(tasks) / 1000

    def close(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
