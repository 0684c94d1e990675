package org.lowrank.trainer.experiment;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import org.lowrank.trainer.output.*;
import org.lowrank.trainer.task.*;

/** Starts a paper or quick run: kind preset threads outDir. */
public final class Start {
    public static void main(String[] a) throws Exception {
        Path out = Path.of(a[3]);
        Files.createDirectories(out);
        int threads = Integer.parseInt(a[2]);
        long t0 = System.nanoTime();
        long[] last = {0};
        RunOptions o = new RunOptions(threads, out.resolve("checkpoints"), (d, t) -> {
            long now = System.nanoTime();
            if (now - last[0] > 20e9 || d == t) {
                last[0] = now;
                System.out.printf("%.0fs %.2f%%%n", (now - t0) / 1e9, 100.0 * d / t);
            }
        });
        List<Curve> c = switch (a[0]) {
            case "sweep" ->
                SweepExperiment.run(a[1].equals("paper") ? SweepSettings.paper() : SweepSettings.quick(), o);
            case "merging" ->
                MergingExperiment.run(
                        a[1].equals("paper")
                                ? MergingSettings.paper(MergingSettings.Data.SYNTHETIC)
                                : MergingSettings.quick(MergingSettings.Data.SYNTHETIC),
                        null,
                        o);
            default ->
                MergingExperiment.run(
                        a[1].equals("paper")
                                ? MergingSettings.paper(MergingSettings.Data.FASHION_MNIST)
                                : MergingSettings.quick(MergingSettings.Data.FASHION_MNIST),
                        FashionMnist.read(FashionMnist.DEBIAN),
                        o);
        };
        double s = (System.nanoTime() - t0) / 1e9;
        Files.writeString(out.resolve("seconds"), "" + s);
        try (ObjectOutputStream oo =
                new ObjectOutputStream(new BufferedOutputStream(Files.newOutputStream(out.resolve("curves.ser"))))) {
            oo.writeInt(c.size());
            for (Curve q : c) {
                oo.writeUTF(q.condition());
                oo.writeInt(q.draw());
                oo.writeDouble(q.lambda());
                oo.writeUTF(q.metric());
                oo.writeUnshared(q.steps().clone());
                oo.writeUnshared(q.values());
            }
        }
        List<CurvePoint> p = new ArrayList<>();
        for (Curve q : c)
            for (int i = 0; i < q.steps().length; i++)
                p.add(new CurvePoint(
                        a[0], q.condition(), q.draw(), q.lambda(), q.steps()[i], q.metric(), q.values()[i]));
        Files.writeString(out.resolve("curves.csv"), CurveTables.curves(p));
        Files.writeString(out.resolve("summary.csv"), CurveTables.summary(CurveTables.summarise(p)));
        System.out.println("done " + s);
    }
}
