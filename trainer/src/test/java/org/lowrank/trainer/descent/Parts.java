package org.lowrank.trainer.descent;

import java.lang.management.*;
import java.util.*;

public class Parts {
    static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    static void time(String s, double mf, Runnable r) {
        for (int i = 0; i < 300; i++) r.run();
        double best = 1e9;
        for (int k = 0; k < 5; k++) {
            long t = cpu();
            for (int i = 0; i < 100; i++) r.run();
            best = Math.min(best, (cpu() - t) / 1e5);
        }
        System.out.printf("%s %.1f us per step %.1f GF/s%n", s, best, mf / best * 1e0);
    }

    public static void main(String[] a) {
        int W = PanelProduct.WIDTH, n = 100, r = 50, B = 32;
        Random R = new Random(1);
        float[] xs = new float[n * r],
                w1 = new float[B * r * W],
                h = new float[B * n * W],
                d = new float[n * W],
                g1 = new float[r * W],
                w2 = new float[B * 100 * W],
                col = new float[W * 112],
                z = new float[n * 112],
                w3 = new float[100],
                g = new float[n];
        for (float[] v : new float[][] {xs, w1, w2, d, w3, g})
            for (int i = 0; i < v.length; i++) v[i] = (float) R.nextGaussian();
        int[] pairs = new int[n];
        for (int i = 0; i < n; i++) pairs[i] = i;
        time("forward1", 10.24e3 / 1.0 * 1e0, () -> {
            for (int b = 0; b < B; b++) PanelProduct.multiply(xs, 10, r, w1, b * r * W, h, b * n * W);
        });
        time("relu", 0, () -> {
            for (int b = 0; b < B; b++) {
                for (int i = b * n * W; i < b * n * W + n * W; i++) h[i] = Math.max(h[i], 0);
            }
        });
        time("grad1", 10.24e3, () -> {
            for (int b = 0; b < B; b++) PanelProduct.multiply(xs, 5, n, d, 0, g1, 0);
        });
        time("sub1", 0, () -> {
            for (int b = 0; b < B; b++) {
                int first = b * g1.length;
                for (int i = 0; i < g1.length; i++) w1[first + i] -= g1[i] * 1e-9f;
            }
        });
        time("transpose", 0, () -> {
            for (int b = 0; b < B; b++) SecondLayer.transpose(w2, b * 100 * W, 100, col, 112);
        });
        time("forward2", 10.24e3, () -> {
            for (int b = 0; b < B; b++) SecondLayer.forward(h, b * n * W, pairs, col, 112, z);
        });
        long[] sink = new long[1];
        float[] rnd = new float[n * W];
        for (int i = 0; i < rnd.length; i++) rnd[i] = Math.max(0, (float) R.nextGaussian());
        time("forward2-indep", 10.24e3, () -> {
            for (int b = 0; b < B; b++) SecondLayer.forward(rnd, 0, pairs, col, 112, z);
        });
        ActivationTree t = new ActivationTree(n, 100);
        float[] zz = new float[112];
        boolean[] base = new boolean[100];
        for (int k = 0; k < 100; k++) base[k] = R.nextInt(10) < 6;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < 100; k++) {
                boolean v = base[k] ^ (R.nextInt(20) == 0);
                zz[k] = v ? 1 : -1;
            }
            t.pattern(i, zz, 0, 100);
        }
        t.grow();
        t.list(W);
        System.out.println("diffs " + t.differences());
        SecondLayerGradient s = new SecondLayerGradient(n, 100);
        time("backward2", 0, () -> {
            for (int b = 0; b < B; b++) s.descend(t, w2, b * 100 * W, w3, h, b * n * W, g, d);
        });
        time("grow", 0, () -> {
            t.grow();
        });
        time("list", 0, () -> t.list(16));
        time("pattern", 0, () -> {
            for (int i = 0; i < n; i++) t.pattern(i, zz, 0, 100);
        });
        double[] lg = new double[n];
        time("loss", 0, () -> {
            for (int i = 0; i < n; i++) lg[i] = org.lowrank.trainer.network.LogisticLoss.derivative(w3[i]);
        });
    }
}
