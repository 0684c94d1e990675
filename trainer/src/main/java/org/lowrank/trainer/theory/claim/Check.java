package org.lowrank.trainer.theory.claim;

import java.util.List;

/** A check whose verdicts follow from the points that {@link #measure} records. */
public abstract class Check implements TheoryCheck {
    private final Statement statement;

    /**
     * What a check is about.
     *
     * @param timePerStep gradient-flow time of a recorded step; 1 for gradient descent
     * @param claims its readings, the printed one first
     */
    public record Statement(
            String id,
            String title,
            String words,
            String formula,
            List<String> assumptions,
            double timePerStep,
            List<Claim> claims) {}

    protected Check(Statement statement) {
        this.statement = statement;
    }

    @Override
    public final String id() {
        return statement.id();
    }

    @Override
    public final String title() {
        return statement.title();
    }

    @Override
    public final String statement() {
        return statement.words();
    }

    @Override
    public final String formula() {
        return statement.formula();
    }

    @Override
    public final List<String> assumptions() {
        return statement.assumptions();
    }

    @Override
    public final CheckResult run(TheorySettings settings) {
        return run(settings, Mutation.NONE);
    }

    final CheckResult run(TheorySettings settings, Mutation mutation) {
        Evidence evidence = new Evidence(id(), mutation);
        List<String> findings = measure(settings, evidence);
        List<Reading> readings = statement.claims().stream()
                .map(claim -> Judge.reading(claim, evidence.points()))
                .toList();
        return new CheckResult(
                id(),
                title(),
                statement(),
                formula(),
                assumptions(),
                statement.timePerStep(),
                readings,
                List.copyOf(evidence.assumptions()),
                CheckResult.curves(evidence.points()),
                findings);
    }

    /** Trains and records; gives findings in words. The comment of each names the term that the evidence's sign turns. */
    protected abstract List<String> measure(TheorySettings settings, Evidence evidence);
}
