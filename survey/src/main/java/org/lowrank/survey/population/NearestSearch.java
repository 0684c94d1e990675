package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The nearest other model of each, exactly, without taking all n²/2 distances: profiles of one grid (kinds and depths) lie in the order
 * of their levels and are looked at outwards until the levels' difference alone exceeds the nearest found; those of other grids are
 * left out where the ranges of their norms lie farther apart than that, and their distances given up as soon as they do.
 */
final class NearestSearch {
    private final List<Subject> subjects;
    private final List<NormProfile> profiles;
    private final boolean across;
    private final Map<List<Object>, List<Integer>> grids = new LinkedHashMap<>();
    private long taken;

    /**
     * Of these.
     *
     * @param across whether profiles of different grids are compared, which takes O(n²) bounds
     */
    NearestSearch(List<Subject> subjects, List<NormProfile> profiles, boolean across) {
        this.subjects = subjects;
        this.profiles = profiles;
        this.across = across;
        for (int i = 0; i < profiles.size(); i++) {
            grids.computeIfAbsent(profiles.get(i).grid(), grid -> new ArrayList<>())
                    .add(i);
        }
        Comparator<Integer> byLevel =
                Comparator.comparingDouble(i -> profiles.get(i).level());
        grids.values().forEach(members -> members.sort(byLevel.thenComparing(Comparator.naturalOrder())));
    }

    /** The nearest found so far of one subject; of equal distances the earlier subject's. */
    private final class Best {
        private final int of;
        private int at = -1;
        private double distance = Double.POSITIVE_INFINITY;

        Best(int of) {
            this.of = of;
        }

        void offer(int other) {
            if (subjects.get(other).model().equals(subjects.get(of).model())) {
                return;
            }
            taken++;
            double d = profiles.get(of).distance(profiles.get(other), distance);
            if (d < distance || (d == distance && other < at)) {
                distance = d;
                at = other;
            }
        }
    }

    /** For each subject the place of the nearest other, −1 where it has a kind in common with none. */
    int[] nearest() {
        int[] nearest = new int[profiles.size()];
        for (List<Integer> members : grids.values()) {
            for (int place = 0; place < members.size(); place++) {
                Best best = new Best(members.get(place));
                outwards(members, place, best);
                for (List<Integer> others : grids.values()) {
                    if (across && others != members) {
                        inOtherGrid(others, best);
                    }
                }
                nearest[best.of] = best.at;
            }
        }
        return nearest;
    }

    /** How many distances were begun. */
    long taken() {
        return taken;
    }

    /** Neighbours by level on either side in turn. */
    private void outwards(List<Integer> members, int place, Best best) {
        boolean bounded = profiles.get(best.of).isFinite();
        boolean below = true;
        boolean above = true;
        for (int step = 1; below || above; step++) {
            below = below && looks(members, place - step, best, bounded);
            above = above && looks(members, place + step, best, bounded);
        }
    }

    /** Whether to go on in this direction. */
    private boolean looks(List<Integer> members, int place, Best best, boolean bounded) {
        if (place < 0 || place >= members.size()) {
            return false;
        }
        int other = members.get(place);
        if (bounded && profiles.get(best.of).isFartherByLevel(profiles.get(other), best.distance)) {
            return false;
        }
        best.offer(other);
        return true;
    }

    private void inOtherGrid(List<Integer> others, Best best) {
        NormProfile own = profiles.get(best.of);
        for (int other : others) {
            if (!own.isFartherByRange(profiles.get(other), best.distance)) {
                best.offer(other);
            }
        }
    }
}
