package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.Pickle;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.checkpoints.TorchView;
import org.lowrank.weights.checkpoints.TorchWriter;
import org.lowrank.weights.checkpoints.ZipWriter;
import org.lowrank.weights.tensor.DType;

class TorchZipTest extends WeightFormatContract {
    private static final String FILE = "pytorch_model.bin";
    /** 0 … 11 as F32. */
    private static final byte[] TWELVE =
            TestTensor.f32(List.of(12L), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).data();

    @Override
    Format format() {
        return Format.TORCH_ZIP;
    }

    @Override
    String title() {
        return "PyTorch";
    }

    @Override
    List<DType> types() {
        return List.of(
                DType.F64,
                DType.F32,
                DType.F16,
                DType.BF16,
                DType.F8_E4M3,
                DType.F8_E5M2,
                DType.F8_E4M3FNUZ,
                DType.F8_E5M2FNUZ,
                DType.F8_E8M0,
                DType.I64,
                DType.I32,
                DType.I16,
                DType.I8,
                DType.U64,
                DType.U32,
                DType.U16,
                DType.U8,
                DType.BOOL);
    }

    @Test
    void viewsOfOneStorageAreReadThroughTheirStrides() throws Exception {
        Map<String, TorchView> views = new LinkedHashMap<>();
        views.put("whole", view(0, List.of(3L, 4L), List.of(4L, 1L)));
        views.put("transposed", view(0, List.of(4L, 3L), List.of(1L, 4L)));
        views.put("slice", view(5, List.of(2L, 2L), List.of(4L, 1L)));
        views.put("column", view(2, List.of(3L), List.of(4L)));
        views.put("expanded", view(4, List.of(2L, 3L), List.of(0L, 1L)));
        views.put("reversed.axes", view(0, List.of(2L, 3L, 2L), List.of(1L, 4L, 2L)));
        ReadBack read = ReadBack.of(FILE, TorchWriter.zip(Pickle.stateDict(views), Map.of("0", TWELVE)));
        assertThat(read.values("whole")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        // Element (i, j) is storage element i + 4 j.
        assertThat(read.values("transposed")).containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        assertThat(read.values("slice")).containsExactly(5, 6, 9, 10);
        assertThat(read.values("column")).containsExactly(2, 6, 10);
        assertThat(read.values("expanded")).containsExactly(4, 5, 6, 4, 5, 6);
        // Element (i, j, k) is storage element i + 4 j + 2 k.
        assertThat(read.values("reversed.axes")).containsExactly(0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11);
    }

    @Test
    void viewsThatLeaveTheirStorageAreRefused() {
        for (TorchView outside : List.of(
                view(1, List.of(3L, 4L), List.of(4L, 1L)),
                view(0, List.of(3L, 5L), List.of(4L, 1L)),
                view(-1, List.of(2L), List.of(1L)),
                view(11, List.of(2L), List.of(-1L)),
                view(0, List.of(2L, 2L), List.of(1L)),
                view(0, List.of(1L << 62, 1L << 62), List.of(1L << 62, 1L)),
                view(0, List.of(2L), List.of(Long.MAX_VALUE)),
                view(Long.MAX_VALUE, List.of(2L), List.of(1L)))) {
            byte[] file = TorchWriter.zip(Pickle.stateDict(Map.of("w", outside)), Map.of("0", TWELVE));
            assertThatThrownBy(() -> ReadBack.of(FILE, file))
                    .as("%s", outside)
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageMatching("(bad PyTorch file|bad shape): pytorch_model\\.bin: .*w.*");
        }
        byte[] file = TorchWriter.zip(
                Pickle.stateDict(Map.of("w", view(1, List.of(3L, 4L), List.of(4L, 1L)))), Map.of("0", TWELVE));
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .hasMessage(
                        "bad PyTorch file: pytorch_model.bin: tensor w: shape [3, 4] with strides [4, 1] at offset 1"
                                + " leaves its storage of 12 elements; save it again");
    }

    @Test
    void aStorageMustHoldWhatItClaims() {
        TorchView claims = new TorchView("0", DType.F32, 1L << 40, 0, List.of(1L << 40), List.of(1L));
        byte[] file = TorchWriter.zip(Pickle.stateDict(Map.of("w", claims)), Map.of("0", TWELVE));
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "bad PyTorch file: pytorch_model.bin: tensor w: its storage claims 1099511627776 elements but"
                                + " holds 48 bytes; save it again");
    }

    @Test
    void aMissingStorageIsNamed() {
        byte[] file =
                TorchWriter.zip(Pickle.stateDict(Map.of("w", view(0, List.of(1L), List.of(1L)))), Map.of("1", TWELVE));
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("bad PyTorch file: pytorch_model.bin: archive/data/0 is missing; save it again");
    }

    @Test
    void expansionWithoutEndIsRefused() {
        TorchView expanded = view(0, List.of(1L << 40, 12L), List.of(0L, 1L));
        byte[] file = TorchWriter.zip(Pickle.stateDict(Map.of("w", expanded)), Map.of("0", TWELVE));
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "bad PyTorch file: pytorch_model.bin: tensor w: shape [1099511627776, 12] with strides [0, 1]"
                                + " repeats 12 stored elements into 52776558133248 bytes, which is no weight matrix; save"
                                + " it again");
    }

    @Test
    void knownWrappersAreOpenedAndLeaveNoTrace() throws Exception {
        for (String wrapper : List.of("state_dict", "model_state_dict", "model", "module")) {
            Pickle pickle = Pickle.protocol2().emptyDict().mark();
            pickle.text("epoch").integer(3).text("lr").real(1e-4);
            pickle.text(wrapper).orderedDict(Map.of("w", view(0, List.of(12L), List.of(1L))));
            pickle.text("optimizer")
                    .emptyDict()
                    .mark()
                    .text("state")
                    .emptyDict()
                    .setItems();
            byte[] file = TorchWriter.zip(pickle.setItems().stop(), Map.of("0", TWELVE));
            assertThat(ReadBack.of(FILE, file).tensors().keySet()).as(wrapper).containsExactly("w");
        }
    }

    @Test
    void nestedDictionariesBecomeDottedNames() throws Exception {
        TorchView view = view(0, List.of(12L), List.of(1L));
        Pickle pickle = Pickle.protocol2().emptyDict().mark();
        pickle.text("encoder").emptyDict().mark().text("w").tensor(view).setItems();
        pickle.text("list").op(']').mark().tensor(view).tensor(view).op('e');
        byte[] file = TorchWriter.zip(pickle.setItems().stop(), Map.of("0", TWELVE));
        assertThat(ReadBack.of(FILE, file).tensors().keySet()).containsExactly("encoder.w", "list.0", "list.1");
    }

    @Test
    void parametersAreReadAsTheirTensors() throws Exception {
        TorchView view = view(0, List.of(12L), List.of(1L));
        Pickle pickle = Pickle.protocol2().emptyDict().mark();
        pickle.text("w")
                .global("torch._utils", "_rebuild_parameter")
                .mark()
                .tensor(view)
                .op(0x88);
        pickle.global("collections", "OrderedDict")
                .emptyTuple()
                .reduce()
                .tuple()
                .reduce();
        byte[] file = TorchWriter.zip(pickle.setItems().stop(), Map.of("0", TWELVE));
        assertThat(ReadBack.of(FILE, file).values("w")).hasSize(12);
    }

    /** torch.jit.save: attributes of objects of generated classes, NEWOBJ and BUILD. */
    @Test
    void torchScriptAttributesBecomeDottedNames() throws Exception {
        Pickle pickle =
                Pickle.protocol2().global("__torch__", "Model").emptyTuple().op(0x81);
        pickle.emptyDict().mark().text("training").op(0x89);
        pickle.text("fc").global("__torch__.torch.nn", "Linear").emptyTuple().op(0x81);
        pickle.emptyDict().mark().text("weight").tensor(view(0, List.of(3L, 4L), List.of(4L, 1L)));
        pickle.setItems().op('b').setItems().op('b');
        Map<String, byte[]> entries = TorchWriter.entries("traced", pickle.stop(), Map.of("0", TWELVE));
        entries.put("traced/constants.pkl", Pickle.protocol2().emptyTuple().stop());
        entries.put("traced/code/__torch__.py", "class Model(Module): pass".getBytes(StandardCharsets.UTF_8));
        assertThat(ReadBack.of("model.pt", ZipWriter.bytes(entries)).tensors().keySet())
                .containsExactly("fc.weight");
    }

    @Test
    void deflatedArchivesAreReadToo() throws Exception {
        Map<String, TorchView> views = Map.of("w", view(4, List.of(2L, 3L), List.of(4L, 1L)));
        byte[] file = deflated(TorchWriter.entries("x", Pickle.stateDict(views), Map.of("0", TWELVE)));
        assertThat(ReadBack.of(FILE, file).values("w")).containsExactly(4, 5, 6, 8, 9, 10);
    }

    @Test
    void bigEndianStoragesAreTurned() throws Exception {
        byte[] big = java.nio.ByteBuffer.allocate(8).putFloat(1.5f).putFloat(-2).array();
        TorchView view = new TorchView("0", DType.F32, 2, 0, List.of(2L), List.of(1L));
        Map<String, byte[]> entries = TorchWriter.entries("a", Pickle.stateDict(Map.of("w", view)), Map.of("0", big));
        entries.put("a/byteorder", "big".getBytes(StandardCharsets.UTF_8));
        assertThat(ReadBack.of(FILE, ZipWriter.bytes(entries)).values("w")).containsExactly(1.5, -2);
    }

    @Test
    void anArchiveWithoutPickleIsNoCheckpoint() {
        byte[] file = ZipWriter.bytes(Map.of("arr_0.npy", new byte[4]));
        assertThatThrownBy(() -> ReadBack.of("weights.npz", file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "zip archive: weights.npz: it holds no PyTorch checkpoint (no data.pkl); unpack it and analyse"
                                + " the files in it");
    }

    @Test
    void entriesThatClimbOutOfTheirFolderAreNeverFollowed() throws Exception {
        Map<String, byte[]> entries =
                TorchWriter.entries("a", Pickle.stateDict(Map.of("w", view(0, List.of(1L), List.of(1L)))), Map.of());
        entries.put("../../data/0", TWELVE);
        entries.put("a/data/../data/0", TWELVE);
        assertThatThrownBy(() -> ReadBack.of(FILE, ZipWriter.bytes(entries)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("bad PyTorch file: pytorch_model.bin: a/data/0 is missing; save it again");
    }

    @Test
    void sparseAndQuantisedTensorsAreRefusedByName() {
        Pickle pickle = Pickle.protocol2().emptyDict().mark().text("w");
        pickle.global("torch._utils", "_rebuild_qtensor").emptyTuple().reduce();
        byte[] file = TorchWriter.zip(pickle.setItems().stop(), Map.of());
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "bad PyTorch file: pytorch_model.bin: its pickle holds a quantised tensor"
                                + " (torch._utils._rebuild_qtensor), which is not a matrix of weights (byte 41); save it again");
    }

    @Test
    void aDictionaryOfNumbersHoldsNoTensors() {
        byte[] pickle = Pickle.protocol2()
                .emptyDict()
                .mark()
                .text("a")
                .integer(1)
                .setItems()
                .stop();
        assertThatThrownBy(() -> ReadBack.of(FILE, TorchWriter.zip(pickle, Map.of())))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("no tensors: pytorch_model.bin: the pickle holds no dictionary of tensors; save"
                        + " model.state_dict() and not something else");
    }

    private static TorchView view(long offset, List<Long> shape, List<Long> strides) {
        return new TorchView("0", DType.F32, 12, offset, shape, strides);
    }

    private static byte[] deflated(Map<String, byte[]> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
