package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.Pickle;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.checkpoints.TorchView;
import org.lowrank.weights.checkpoints.TorchWriter;
import org.lowrank.weights.tensor.LeftOut;

/** What training saves beside the weights: it is listed, and nothing of it is made. */
class PickleLeftoversTest {
    private static final String FILE = "model.bin";
    private static final TestTensor TWO = TestTensor.f32(List.of(2L), 5, 6);

    @ParameterizedTest
    @CsvSource({
        "numpy.core.multiarray, scalar",
        "numpy._core.multiarray, scalar",
        "numpy.core.multiarray, _reconstruct",
        "numpy, dtype",
        "numpy, ndarray",
        "numpy.random, __randomstate_ctor",
        "numpy.random._pickle, __generator_ctor",
        "numpy.random._mt19937, MT19937",
        "numpy, float64",
        "numpy.dtypes, Float32DType",
        "pathlib, PosixPath",
        "pathlib, WindowsPath",
        "pathlib, PurePosixPath",
        "pathlib._local, PosixPath",
        "datetime, datetime",
        "datetime, timedelta",
        "datetime, timezone",
        "argparse, Namespace",
        "types, SimpleNamespace",
        "collections, deque",
        "decimal, Decimal",
        "uuid, UUID",
        "copyreg, _reconstructor",
        "builtins, frozenset",
        "__main__, Config",
        "my_project.config, Activation",
        "transformers.trainer_utils, IntervalStrategy",
        "omegaconf.dictconfig, DictConfig",
        "torch.distributed.fsdp.api, ShardingStrategy",
        "torch.optim.adamw, AdamW",
    })
    void objectsBesideTensorsStayOpaque(String module, String name) throws Exception {
        Pickle pickle = Pickle.protocol2().emptyDict().mark();
        pickle.text("model").orderedDict(views()).text("other");
        pickle.global(module, name).text("x").integer(3).op(0x86).reduce();
        pickle.emptyDict().op('b');
        ReadBack read = ReadBack.of(FILE, TorchWriter.zip(pickle.setItems().stop(), Map.of("0", TWO.data())));
        assertThat(read.values("w")).containsExactly(5, 6);
        assertThat(read.checkpoint().warnings())
                .containsExactly(
                        "model.bin holds objects beside its tensors, which were not made: " + module + "." + name);
    }

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "subprocess, Popen",
        "builtins, eval",
        "builtins, getattr",
        "builtins, __import__",
        "webbrowser, open",
        "importlib, import_module",
        "pickle, loads",
        "runpy, run_module",
        "socket, create_connection",
        "shutil, rmtree",
        "functools, partial",
        "operator, attrgetter",
        "ctypes, CDLL",
        "numpy, load",
        "numpy.testing._private.utils, runstring",
        "torch.hub, load",
        "torch, load",
        "torch.jit, load",
        "torch.serialization, load",
        "torch.utils.cpp_extension, load",
        "_io, FileIO",
        "code, interact",
        "requests, get",
        "dill._dill, loads",
        "pathlib, Path.unlink",
        "datetime, sys.exit",
        "multiprocessing.util, spawnv_passfds",
        "numpy.f2py, compile",
        "numpy.distutils.exec_command, exec_command",
    })
    void whatRunsCodeIsRefusedAmongThem(String module, String name) {
        Pickle pickle = Pickle.protocol2().emptyDict().mark();
        pickle.text("model").orderedDict(views()).text("other");
        pickle.global(module, name).text("x").op(0x85).reduce();
        byte[] file = TorchWriter.zip(pickle.setItems().stop(), Map.of("0", TWO.data()));
        assertThatThrownBy(() -> ReadBack.of(FILE, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("refused pickle: model.bin: it asks for " + module + "." + name + ", ");
    }

    @Test
    void aSecondDictionaryIsListed() throws Exception {
        Pickle pickle = Pickle.protocol2().emptyDict().mark();
        pickle.text("model").orderedDict(views()).text("model_ema").orderedDict(views());
        pickle.text("optimizer")
                .emptyDict()
                .mark()
                .text("state")
                .orderedDict(views())
                .setItems();
        ReadBack read = ReadBack.of(FILE, TorchWriter.zip(pickle.setItems().stop(), Map.of("0", TWO.data())));
        assertThat(read.tensors().keySet()).containsExactly("w");
        assertThat(read.checkpoint().leftOut())
                .extracting(LeftOut::name)
                .containsExactly("model_ema.w", "optimizer.state.w");
        assertThat(read.checkpoint().leftOut().get(0).reason())
                .isEqualTo("in 'model_ema' of the checkpoint, beside 'model', which was read");
        assertThat(read.checkpoint().leftOut().get(0).shape()).containsExactly(2L);
        assertThat(read.checkpoint().warnings())
                .containsExactly(
                        "1 tensor of 'model_ema' in model.bin was left out: 'model' was read",
                        "1 tensor of 'optimizer' in model.bin was left out: 'model' was read");
    }

    @Test
    void tensorsInsideObjectsAreListed() throws Exception {
        Pickle pickle = Pickle.protocol2().emptyDict().mark();
        pickle.text("w").tensor(views().get("w")).text("ema");
        pickle.global("my.model", "Net")
                .emptyTuple()
                .op(0x81)
                .orderedDict(views())
                .op('b');
        ReadBack read = ReadBack.of(FILE, TorchWriter.zip(pickle.setItems().stop(), Map.of("0", TWO.data())));
        assertThat(read.tensors().keySet()).containsExactly("w");
        assertThat(read.checkpoint().leftOut())
                .extracting(LeftOut::reason)
                .containsExactly("inside an object of my.model.Net, which is not made");
    }

    /** Python 2 pickles an OrderedDict as a call with a list of pairs. */
    @Test
    void pairsOfAnOrderedDictAreItsItems() throws Exception {
        Pickle pickle =
                Pickle.protocol2().global("collections", "OrderedDict").op(']').mark();
        pickle.op(']')
                .mark()
                .text("w")
                .tensor(views().get("w"))
                .op('e')
                .op('e')
                .op(0x85)
                .reduce();
        ReadBack read = ReadBack.of(FILE, TorchWriter.zip(pickle.stop(), Map.of("0", TWO.data())));
        assertThat(read.values("w")).containsExactly(5, 6);
    }

    private static Map<String, TorchView> views() {
        Map<String, TorchView> views = new LinkedHashMap<>();
        views.put("w", TorchView.whole("0", TWO));
        return views;
    }
}
