package org.lowrank.analyzer.layer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which matrix of a model: the identity of everything between a layer and a report. As text it is the columns
 * {@code stack}, {@code layer} and {@code matrix} of matrices.csv, for instance {@code decoder}, 3, {@code M1:E7}.
 *
 * @param stack encoder, decoder, text, vision…; {@code other} for tensors outside any
 * @param layer from 0; {@link #NO_LAYER} where the tensor belongs to none
 * @param kind which matrix
 * @param cross cross-attention: queries from this stack, keys and values from another
 * @param member which of several of its kind, for experts and heads; {@link Member#WHOLE} for most
 * @param path the module's path for {@link MatrixKind#TENSOR}, empty otherwise
 */
@JsonIgnoreProperties({"kind", "cross", "member", "path"})
@JsonPropertyOrder({"stack", "layer", "matrix"})
public record MatrixId(
        String stack,
        @JsonSerialize(using = LayerNumber.class) int layer,
        MatrixKind kind,
        boolean cross,
        Member member,
        String path)
        implements Comparable<MatrixId> {
    /** Of a tensor that belongs to no layer. */
    public static final int NO_LAYER = -1;

    private static final String CROSS = "cross:";
    private static final Pattern TEXT = Pattern.compile("(" + CROSS + ")?("
            + Stream.of(MatrixKind.values())
                    .filter(kind -> kind != MatrixKind.TENSOR)
                    .map(Enum::name)
                    .collect(Collectors.joining("|"))
            + ")(?::(?:(E|H)(\\d{1,9})|(shared)))?");

    /** Stack, layer, then whole matrices, shared ones, expert by expert and head by head in the order of kinds. */
    private static final Comparator<MatrixId> ORDER = Comparator.comparing(MatrixId::stack)
            .thenComparingInt(MatrixId::layer)
            .thenComparing(MatrixId::member)
            .thenComparingInt(MatrixId::rank)
            .thenComparing(MatrixId::path);

    /**
     * One of several matrices of a kind.
     *
     * @param type what they are told apart by
     * @param number from 0; 0 where there is only one
     */
    public record Member(Type type, int number) implements Comparable<Member> {
        /** The only one of its kind. */
        public static final Member WHOLE = new Member(Type.WHOLE, 0);

        /** The expert every token goes through, beside routed ones. */
        public static final Member SHARED = new Member(Type.SHARED, 0);

        /** What members are. */
        public enum Type {
            WHOLE,
            SHARED,
            EXPERT,
            HEAD
        }

        /** A routed expert. */
        public static Member expert(int number) {
            return new Member(Type.EXPERT, number);
        }

        /** An attention head. */
        public static Member head(int number) {
            return new Member(Type.HEAD, number);
        }

        @Override
        public int compareTo(Member other) {
            int byType = type.compareTo(other.type);
            return byType != 0 ? byType : Integer.compare(number, other.number);
        }

        private String suffix() {
            return switch (type) {
                case WHOLE -> "";
                case SHARED -> ":shared";
                case EXPERT -> ":E" + number;
                case HEAD -> ":H" + number;
            };
        }
    }

    /** The only matrix of a kind in a layer's self-attention or feed-forward part. */
    public static MatrixId of(String stack, int layer, MatrixKind kind) {
        return new MatrixId(stack, layer, kind, false, Member.WHOLE, "");
    }

    /** A tensor without a role. */
    public static MatrixId tensor(String stack, int layer, String path) {
        return new MatrixId(stack, layer, MatrixKind.TENSOR, false, Member.WHOLE, path);
    }

    /**
     * Reads what {@link #matrix} writes; anything else is the path of a tensor.
     *
     * @param layer null for none
     */
    @JsonCreator
    public static MatrixId parse(
            @JsonProperty("stack") String stack,
            @JsonProperty("layer") @Nullable Integer layer,
            @JsonProperty("matrix") String matrix) {
        int number = layer == null ? NO_LAYER : layer;
        Matcher text = TEXT.matcher(matrix);
        if (!text.matches()) {
            return tensor(stack, number, matrix);
        }
        Member member = Member.WHOLE;
        if (text.group(5) != null) {
            member = Member.SHARED;
        } else if (text.group(3) != null) {
            int which = Integer.parseInt(text.group(4));
            member = text.group(3).equals("E") ? Member.expert(which) : Member.head(which);
        }
        return new MatrixId(stack, number, MatrixKind.valueOf(text.group(2)), text.group(1) != null, member, "");
    }

    /** The column {@code matrix}: Q, {@code cross:K}, {@code M1:E7}, or a module's path. */
    @JsonProperty("matrix")
    public String matrix() {
        return family() + member.suffix();
    }

    /** The same without expert and head: what a figure draws as one line. */
    public String family() {
        return kind == MatrixKind.TENSOR ? path : (cross ? CROSS : "") + kind;
    }

    /** The column {@code layer}: empty where there is none. */
    public String layerText() {
        return layer == NO_LAYER ? "" : Integer.toString(layer);
    }

    /** Another kind in the same place. */
    public MatrixId with(MatrixKind other) {
        return new MatrixId(stack, layer, other, cross, member, "");
    }

    /** The same matrix of another layer. */
    public MatrixId inLayer(int other) {
        return new MatrixId(stack, other, kind, cross, member, path);
    }

    /** For messages: {@code encoder layer 3 Q}. */
    @Override
    public String toString() {
        return stack + (layer == NO_LAYER ? " " : " layer " + layer + " ") + matrix();
    }

    /** Attention before cross-attention before the feed-forward part, each in the order of kinds. */
    private int rank() {
        boolean feedForward = kind.compareTo(MatrixKind.M1) >= 0;
        return kind.ordinal() + (feedForward ? 2 : cross ? 1 : 0) * MatrixKind.values().length;
    }

    @Override
    public int compareTo(MatrixId other) {
        return ORDER.compare(this, other);
    }

    /** null where there is no layer. */
    static final class LayerNumber extends StdSerializer<Integer> {
        private static final long serialVersionUID = 1L;

        LayerNumber() {
            super(Integer.class);
        }

        @Override
        public void serialize(Integer layer, JsonGenerator json, SerializerProvider provider) throws IOException {
            if (layer == NO_LAYER) {
                json.writeNull();
            } else {
                json.writeNumber(layer);
            }
        }
    }
}
