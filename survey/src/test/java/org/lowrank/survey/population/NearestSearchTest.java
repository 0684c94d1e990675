package org.lowrank.survey.population;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.weights.tensor.DType;

class NearestSearchTest {
    /** Kinds, layers: the grids of half a dozen architectures. */
    private static final List<List<String>> KINDS =
            List.of(List.of("QKV", "O", "M1", "M2"), List.of("QKV", "O", "M1", "GATE", "M2"), List.of("Q", "K", "O"));

    private static final int[] LAYERS = {12, 24, 32};

    /**
     * Models as a hub has them: a few bases in each architecture, whose norms go their own way over depth, and what is derived from
     * them, two per cent off.
     */
    static List<Subject> population(int models, int derivedEach, long seed) {
        Random random = new Random(seed);
        List<Subject> subjects = new ArrayList<>();
        while (subjects.size() < models) {
            List<String> kinds = KINDS.get(random.nextInt(KINDS.size()));
            int layers = LAYERS[random.nextInt(LAYERS.length)];
            double level = 0.03 * Math.exp(0.5 * random.nextGaussian());
            double[][] base = new double[kinds.size()][layers];
            for (double[] of : base) {
                double kind = level * Math.exp(0.3 * random.nextGaussian());
                double way = 0;
                for (int layer = 0; layer < layers; layer++) {
                    way += 0.05 * random.nextGaussian();
                    of[layer] = kind * Math.exp(way);
                }
            }
            for (int i = 0; i < derivedEach && subjects.size() < models; i++) {
                double off = i == 0 ? 0 : 0.02;
                subjects.add(subject("m" + subjects.size(), kinds, base, random, off));
            }
        }
        return subjects;
    }

    private static Subject subject(String name, List<String> kinds, double[][] base, Random random, double off) {
        Map<String, Profile> profiles = new LinkedHashMap<>();
        for (int k = 0; k < kinds.size(); k++) {
            int layers = base[k].length;
            double[] norms = new double[layers];
            int[] numbers = new int[layers];
            long[] sides = new long[layers];
            double[] ones = new double[layers];
            for (int layer = 0; layer < layers; layer++) {
                norms[layer] = base[k][layer] * 64 * Math.exp(off * random.nextGaussian());
                numbers[layer] = layer;
                sides[layer] = 64;
                ones[layer] = 1;
            }
            profiles.put(kinds.get(k), new Profile("decoder", kinds.get(k), numbers, sides, sides, norms, ones, ones));
        }
        ArchitectureCard card = new ArchitectureCard("made", base[0].length, 64, 256, 4, 1, DType.F32);
        return new Subject(name, name, "decoder", card, profiles);
    }

    /** All distances one by one, and of equal ones the first: what the search must find. */
    private static int[] byTrying(List<Subject> subjects) {
        double[][] distance = new Relatives(subjects).distance();
        int[] nearest = new int[subjects.size()];
        for (int i = 0; i < nearest.length; i++) {
            nearest[i] = -1;
            for (int j = 0; j < nearest.length; j++) {
                boolean other = !subjects.get(i).model().equals(subjects.get(j).model());
                boolean nearer = nearest[i] < 0 || distance[i][j] < distance[i][nearest[i]];
                if (other && !Double.isNaN(distance[i][j]) && nearer) {
                    nearest[i] = j;
                }
            }
        }
        return nearest;
    }

    private static NearestSearch search(List<Subject> subjects) {
        return new NearestSearch(
                subjects,
                subjects.stream().map(one -> NormProfile.of(one, null)).toList(),
                true);
    }

    @Test
    void theNearestIsThatOfAllDistances() {
        for (long seed = 1; seed <= 3; seed++) {
            List<Subject> subjects = population(300, 1 + 4 * (int) (seed - 1), seed);

            assertThat(search(subjects).nearest()).as("seed " + seed).isEqualTo(byTrying(subjects));
        }
    }

    @Test
    void ofEqualModelsTheEarlierIsTheNearest() {
        List<Subject> subjects = new ArrayList<>(population(20, 1, 4));
        for (int copy = 0; copy < 3; copy++) {
            Subject first = subjects.get(7);
            subjects.add(new Subject("copy" + copy, "copy" + copy, first.stack(), first.card(), first.kinds()));
        }

        int[] nearest = search(subjects).nearest();

        assertThat(nearest).isEqualTo(byTrying(subjects));
        assertThat(nearest[7]).isEqualTo(20);
        assertThat(nearest[21]).isEqualTo(7);
    }

    @Test
    void aMatrixOfZerosHidesNoRelative() {
        List<Subject> subjects = new ArrayList<>(population(60, 3, 5));
        for (int zeroed = 0; zeroed < 60; zeroed += 7) {
            Profile profile = subjects.get(zeroed).profile("O");
            profile.frobeniusNorm()[zeroed % profile.layers().length] = 0; // its logarithm is −∞
        }

        assertThat(search(subjects).nearest()).isEqualTo(byTrying(subjects));
    }

    @Test
    void ofManyTheNearestIsAmongThoseOfTheSameLayers() {
        List<Subject> subjects = population(60, 1, 8);
        Relatives all = new Relatives(subjects, 60);
        Relatives within = new Relatives(subjects, 59);

        assertThat(all.compared()).isEmpty();
        assertThat(within.compared()).contains("more than 59,");
        assertThat(within.nearest()).isNotEmpty().allMatch(NearestSearchTest::haveOneGrid);
        assertThat(all.nearest()).anyMatch(one -> !haveOneGrid(one));
    }

    private static boolean haveOneGrid(Relatives.Nearest one) {
        return one.subject().layers() == one.relative().layers()
                && one.subject().kinds().keySet().equals(one.relative().kinds().keySet());
    }

    @Test
    void noKindInCommonIsNoRelative() {
        List<Subject> one = population(1, 1, 6);

        assertThat(search(one).nearest()).containsExactly(-1);
    }

    @Test
    void fewOfThePairsAreCompared() {
        List<Subject> subjects = population(2000, 10, 7);
        NearestSearch search = search(subjects);

        search.nearest();

        // of 2000 · 1999 ordered pairs
        assertThat(search.taken()).isLessThan(2000L * 1999 / 4);
    }
}
