package org.lowrank.inference.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;

/** Starts DJL's PyTorch with the first use, without network or telemetry. */
public final class NativeEngine {
    private NativeEngine() {}

    /**
     * Memory on a device.
     *
     * @throws IllegalStateException if there is no such device, or no native PyTorch for this platform
     */
    public static NDManager manager(boolean gpu) {
        setDefault("ai.djl.offline", "true");
        setDefault("OPT_OUT_TRACKING", "true");
        setDefault("ai.djl.pytorch.num_interop_threads", "1");
        Engine engine;
        try {
            engine = Engine.getEngine("PyTorch");
        } catch (RuntimeException | LinkageError e) {
            throw new IllegalStateException("DJL's PyTorch does not start on this platform: " + e.getMessage(), e);
        }
        if (gpu && engine.getGpuCount() == 0) {
            throw new IllegalStateException("no GPU: PyTorch finds none on this machine; leave --device out");
        }
        return engine.newBaseManager(gpu ? Device.gpu() : Device.cpu());
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
