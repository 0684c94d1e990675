package org.lowrank.merge.recipe;

/** A recipe that cannot be followed: malformed, contradictory, or asking for what is not supported (exit code 2). */
public final class RecipeException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 600;

    /** One line: {@code <what>: <where>: <values>; <what to do>}. */
    public RecipeException(String message) {
        super(oneLine(message));
    }

    /** Keys and values come from a file. */
    private static String oneLine(String message) {
        String plain = message.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ");
        return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST) + "…";
    }
}
