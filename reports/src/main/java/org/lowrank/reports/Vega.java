package org.lowrank.reports;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.Function;
import org.mozilla.javascript.LambdaFunction;
import org.mozilla.javascript.Scriptable;
import org.mozilla.javascript.Undefined;

/**
 * Vega without a browser, in Rhino: the page's specification of a figure as SVG. Loading takes about two seconds, so it
 * happens when the first figure is asked for.
 */
final class Vega {
    /** The page's own functions make the specification, of all panels or of the one named. */
    private static final String DRAW = "(text, panel, width, done) => { const figure = JSON.parse(text);"
            + " vegaSvg(paperSpec(figure, openingState(figure), panel ?? undefined), width, done); }";

    private static final class Loaded {
        static final Vega VEGA = new Vega();
    }

    private final Scriptable scope;
    private final Function draw;

    private Vega() {
        try (Context context = enter()) {
            scope = context.initSafeStandardObjects();
            context.evaluateString(scope, "var globalThis = this;", "start", 1, null);
            for (String name : new String[] {"vega/vega-rhino.js", "spec.js"}) {
                context.evaluateString(scope, HtmlReport.resource(name), name, 1, null);
            }
            draw = (Function) context.evaluateString(scope, DRAW, "draw", 1, null);
        }
    }

    /**
     * Draws a figure as it opens in the page, light; all panels where {@code panel} is null. Text is text; its width is that of
     * {@link Outlines}.
     */
    static String svg(Figure figure, @Nullable String panel, String footer) {
        return Loaded.VEGA.draw(PageData.figure(figure, footer), panel);
    }

    private synchronized String draw(String figure, @Nullable String panel) {
        AtomicReference<@Nullable String> svg = new AtomicReference<>();
        try (Context context = enter()) {
            Function width = new LambdaFunction(
                    scope,
                    "width",
                    3,
                    (c, s, self, text) -> Outlines.of(
                                    Context.toString(text[0]),
                                    Context.toNumber(text[1]),
                                    Outlined.isBold(Context.toString(text[2])))
                            .width());
            Function done = new LambdaFunction(scope, "done", 1, (c, s, self, result) -> {
                svg.set(Context.toString(result[0]));
                return Undefined.instance;
            });
            draw.call(context, scope, scope, new Object[] {figure, panel, width, done});
            context.processMicrotasks();
        }
        String drawn = svg.get();
        if (drawn == null) {
            throw new IllegalStateException(
                    "figure: Vega drew nothing of " + figure.substring(0, Math.min(80, figure.length())));
        }
        return drawn;
    }

    /** Interpreted: Vega's one large function has no room in a class file. */
    private static Context enter() {
        Context context = Context.enter();
        context.setLanguageVersion(Context.VERSION_ECMASCRIPT);
        context.setInterpretedMode(true);
        return context;
    }
}
