package org.lowrank.trainer.descent;

import org.lowrank.trainer.network.*;
import org.lowrank.trainer.task.*;

public class Probe {
    public static void main(String[] a) {
        int n = 33, d = 20;
        DescentSettings st = new DescentSettings(0.3, 1e-2);
        Task t = SyntheticTasks.sphere(n, d, 0, d / 2, 3, new RandomStream(1), new RandomStream(2));
        ReluNetwork s = Initialisation.UNIFORM.draw(new int[] {d, 50, 7, 1}, new RandomStream(7));
        FusedDescent f = new FusedDescent(s, t, st);
        ReluNetwork r = f.network();
        PlainDescent p = new PlainDescent(r, t, st);
        double[][] g = new double[3][];
        for (int k = 0; k < 3; k++) g[k] = new double[r.weights()[k].length];
        r.gradient(t, g);
        f.advanceTo(1);
        p.advanceTo(1);
        for (int k = 0; k < 3; k++) {
            int c = 0;
            for (int i = 0; i < g[k].length; i++) {
                double x = f.network().weights()[k][i], y = p.network().weights()[k][i];
                if (Math.abs(x - y) > 1e-6 && c++ < 6)
                    System.out.println(k + " " + i + " " + r.weights()[k][i] + " " + x + " " + y + " grad " + g[k][i]
                            + " fused grad " + (0.997 * r.weights()[k][i] - x) / 0.3);
            }
            System.out.println("layer " + k + " bad " + c + " of " + g[k].length);
        }
        float[] q = new float[16];
    }
}
