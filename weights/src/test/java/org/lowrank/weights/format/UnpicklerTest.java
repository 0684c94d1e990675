package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.ByteSink;
import org.lowrank.weights.checkpoints.Pickle;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.checkpoints.TorchView;
import org.lowrank.weights.checkpoints.TorchWriter;
import org.lowrank.weights.tensor.DType;

/** Pickles that mean harm, and the opcodes that real ones use. */
class UnpicklerTest {
    private static final String BAD = "bad PyTorch file: model.bin: its pickle holds ";

    @ParameterizedTest
    @CsvSource({
        "os, system", "posix, system", "nt, system", "builtins, eval", "builtins, exec", "__builtin__, eval",
        "builtins, getattr", "subprocess, Popen", "sys, exit", "torch, load", "torch.hub, load", "runpy, run_path",
        "__torch__.Evil, x", "torch.serialization, load", "torch._utils, import_from", "operator, attrgetter"
    })
    void everythingThatCouldRunCodeIsRefusedByName(String module, String name) {
        byte[] pickle = Pickle.protocol2()
                .global(module, name)
                .text("echo")
                .op(0x85)
                .reduce()
                .stop();
        assertThatThrownBy(() -> load(pickle))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "refused pickle: model.bin: it asks for " + module + "." + name + ", which loading weights does"
                                + " not need and could run code; save the state_dict or use safetensors");
    }

    @Test
    void stackGlobalIsRefusedLikeGlobal() {
        byte[] pickle = Pickle.protocol2()
                .text("os")
                .text("system")
                .op(0x93)
                .text("id")
                .op(0x85)
                .reduce()
                .stop();
        assertThatThrownBy(() -> load(pickle))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("refused pickle: model.bin: it asks for os.system, ");
    }

    @Test
    void lineBreaksInGlobalsCannotForgeMessages() {
        byte[] pickle =
                Pickle.protocol2().text("os\nall is well").text("x").op(0x93).stop();
        assertThatThrownBy(() -> load(pickle))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("refused pickle: model.bin: it asks for os?all is well.x, ");
    }

    @ParameterizedTest
    @CsvSource({
        "i", "o", "\\x82", "\\x83", "\\x84", "\\x92", "\\x97", "\\x98", "I", "S", "V", "F", "P", "p", "g", "d", "l",
        "2", "1"
    })
    void otherOpcodesAreRefused(String opcode) {
        int code = opcode.startsWith("\\x") ? Integer.parseInt(opcode.substring(2), 16) : opcode.charAt(0);
        byte[] pickle =
                Pickle.protocol2().emptyDict().op(code).raw(new byte[16]).stop();
        assertThatThrownBy(() -> load(pickle))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + "opcode 0x" + Integer.toHexString(code)
                        + ", which no checkpoint of tensors needs (byte 4); save it again");
    }

    @Test
    void memoIndicesAreOnlyKeys() throws IOException {
        byte[] huge = new ByteSink()
                .bytes((byte) 0x80, (byte) 2, (byte) 'K', (byte) 7, (byte) 'r')
                .u32(0xffffffffL)
                .bytes((byte) '0', (byte) 'j')
                .u32(0xffffffffL)
                .bytes((byte) '.')
                .toByteArray();
        assertThat(load(huge)).isEqualTo(7L);
        byte[] unknown = Pickle.protocol2().op('h').op(9).stop();
        assertThatThrownBy(() -> load(unknown))
                .hasMessage(BAD + "memo entry 9 that was never written (byte 4); save it again");
    }

    @Test
    void emptyStacksAndMarksAreRefused() {
        for (String opcodes :
                List.of(".", "0.", "t.", "u.", "e.", "s.", "a.", "b.", "R.", "Q.", "\u0085.", "(((.", "q.")) {
            Pickle pickle = Pickle.protocol2();
            opcodes.chars().forEach(pickle::op);
            assertThatThrownBy(() -> load(pickle.toByteArray()))
                    .as(opcodes)
                    .isInstanceOf(MalformedWeightsException.class);
        }
    }

    /** A tuple in a tuple in a tuple …: nothing may recurse over it. */
    @Test
    @Timeout(20)
    void deepNestingDoesNotOverflowTheStack() {
        for (int wrap : new int[] {0x85, ']', '}'}) {
            Pickle pickle = Pickle.protocol2().emptyDict().text("a").emptyTuple();
            for (int i = 0; i < 50_000; i++) {
                switch (wrap) {
                    case 0x85 -> pickle.op(0x85);
                    case ']' ->
                        pickle.op('q').op(0).op('0').op(']').op('h').op(0).op('a');
                    default ->
                        pickle.op('q')
                                .op(0)
                                .op('0')
                                .op('}')
                                .text("")
                                .op('h')
                                .op(0)
                                .op('s');
                }
            }
            byte[] file = TorchWriter.zip(pickle.op('s').stop(), Map.of());
            assertThatThrownBy(() -> ReadBack.of("model.bin", file)).isInstanceOf(MalformedWeightsException.class);
        }
    }

    @Test
    void openMarksAreBounded() {
        Pickle pickle = Pickle.protocol2();
        for (int i = 0; i < 20_000; i++) {
            pickle.mark();
        }
        assertThatThrownBy(() -> load(pickle.stop()))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(BAD + "more than 10000 open marks");
    }

    /** Lists of lists of the same list: 10^30 elements if followed again each time. */
    @Test
    @Timeout(20)
    void billionLaughsAreFollowedOnce() {
        Pickle pickle = Pickle.protocol2().emptyDict().text("a").op(']');
        for (int i = 0; i < 30; i++) {
            pickle.op('q').op(i).op('0').op(']').mark();
            for (int j = 0; j < 10; j++) {
                pickle.op('h').op(i);
            }
            pickle.op('e');
        }
        byte[] file = TorchWriter.zip(pickle.op('s').stop(), Map.of());
        assertThatThrownBy(() -> ReadBack.of("model.bin", file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("no tensors: model.bin: ");
    }

    /** Each BUILD copies a dictionary of 1000 entries: 20 bytes of pickle ask for 1000 entries of memory. */
    @Test
    @Timeout(20)
    void copiesCountAsItems() {
        Pickle pickle = Pickle.protocol2().emptyDict().mark();
        for (int i = 0; i < 1000; i++) {
            pickle.text("k" + i).integer(i);
        }
        pickle.setItems().op('q').op(0);
        for (int i = 0; i < 100_000; i++) {
            pickle.emptyDict().op('h').op(0).op('b');
        }
        assertThatThrownBy(() -> load(pickle.stop()))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(BAD + "more than 5000000 items");
    }

    @Test
    void textLongerThanTheFileIsRefused() {
        for (long length : new long[] {100, 0x7fffffffL, 0xffffffffL}) {
            byte[] pickle = new ByteSink()
                    .bytes((byte) 0x80, (byte) 2, (byte) 'X')
                    .u32(length)
                    .text("abc")
                    .toByteArray();
            assertThatThrownBy(() -> load(pickle))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage(BAD + "a text of " + length + " bytes (byte 7); save it again");
        }
    }

    @Test
    void aSelfContainingDictionaryIsFollowedOnce() throws Exception {
        TorchView view = TorchView.whole("0", TestTensor.f32(List.of(1L), 3));
        Pickle pickle = Pickle.protocol2().emptyDict().op('q').op(0).mark();
        pickle.text("w").tensor(view).text("self").op('h').op(0);
        byte[] file = TorchWriter.zip(
                pickle.setItems().stop(),
                Map.of("0", TestTensor.f32(List.of(1L), 3).data()));
        assertThat(ReadBack.of("model.bin", file).tensors().keySet()).containsExactly("w");
    }

    @Test
    void shapesOfManyDimensionsAreRefused() {
        TorchView view = new TorchView(
                "0", DType.F32, 1, 0, java.util.Collections.nCopies(65, 1L), java.util.Collections.nCopies(65, 1L));
        byte[] file = TorchWriter.zip(Pickle.stateDict(Map.of("w", view)), Map.of("0", new byte[4]));
        assertThatThrownBy(() -> ReadBack.of("model.bin", file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(
                        "bad PyTorch file: model.bin: its pickle holds a shape or stride that is no tuple of up to 64");
    }

    /** Protocol 4 frames, short texts and MEMOIZE, as pickle_protocol=4 writes them. */
    @Test
    void protocolFourIsRead() throws Exception {
        byte[] pickle = new ByteSink()
                .bytes((byte) 0x80, (byte) 4, (byte) 0x95)
                .u64(20)
                .u8('}')
                .u8(0x94)
                .u8(0x8c)
                .u8(1)
                .text("a")
                .u8(0x94)
                .u8('K')
                .u8(5)
                .u8('s')
                .u8('.')
                .toByteArray();
        assertThat(load(pickle)).isEqualTo(Map.of("a", 5L));
    }

    @Test
    void numbersOfAllWidthsAreRead() throws Exception {
        for (long value : new long[] {0, 255, 256, 65535, 65536, -1, Integer.MIN_VALUE, 1L << 40, Long.MIN_VALUE}) {
            assertThat(load(Pickle.protocol2().integer(value).stop())).isEqualTo(value);
        }
        assertThat(load(Pickle.protocol2().real(-0.375).stop())).isEqualTo(-0.375);
    }

    @Test
    void damagedPicklesInAWholeArchiveAreReadOrRefused() {
        Map<String, TorchView> views = new java.util.LinkedHashMap<>();
        views.put("a", new TorchView("0", DType.F32, 6, 0, List.of(2L, 3L), List.of(3L, 1L)));
        views.put("b", new TorchView("0", DType.F32, 6, 1, List.of(2L), List.of(2L)));
        views.put("c", new TorchView("1", DType.F8_E4M3, 4, 0, List.of(4L), List.of(1L)));
        byte[] pickle = Pickle.stateDict(views);
        Damage damage = new Damage(7);
        for (int i = 0; i < 2000; i++) {
            byte[] file = TorchWriter.zip(damage.to(pickle), Map.of("0", new byte[24], "1", new byte[4]));
            long start = System.nanoTime();
            try {
                ReadBack.of("model.bin", file);
            } catch (MalformedWeightsException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError("damaged pickle " + i, e);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    private static Object load(byte[] pickle) throws IOException {
        return new Unpickler(new Wire(new Bytes("model.bin", pickle), 0, pickle.length), "model.bin", false).load();
    }
}
