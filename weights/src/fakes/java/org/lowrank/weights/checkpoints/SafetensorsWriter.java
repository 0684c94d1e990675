package org.lowrank.weights.checkpoints;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** safetensors: u64 length, JSON, data (huggingface/safetensors README, "Format"). */
public final class SafetensorsWriter {
    private SafetensorsWriter() {}

    /** A file as the reference writer makes it: data in map order, header padded with spaces to a multiple of 8. */
    public static byte[] bytes(Map<String, TestTensor> tensors) {
        StringBuilder json = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        ByteSink data = new ByteSink();
        tensors.forEach((name, tensor) -> {
            int begin = data.size();
            data.bytes(tensor.data());
            json.append(',').append(entry(name, tensor.dtype().name(), tensor.shape(), begin, data.size()));
        });
        json.append('}');
        while (json.length() % 8 != 0) {
            json.append(' ');
        }
        return bytes(json.toString(), data.toByteArray());
    }

    /** A file of any size, its header not padded, as safetensors wrote before version 0.3. */
    public static Content content(Map<String, PlannedTensor> tensors) {
        StringBuilder json = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        List<Content> parts = new ArrayList<>();
        long end = 0;
        for (Map.Entry<String, PlannedTensor> entry : tensors.entrySet()) {
            PlannedTensor tensor = entry.getValue();
            long begin = end;
            end += tensor.size();
            parts.add(tensor.content());
            json.append(',').append(entry(entry.getKey(), tensor.dtype().name(), tensor.shape(), begin, end));
        }
        parts.add(0, Content.of(bytes(json.append('}').toString(), new byte[0])));
        return Content.concat(parts);
    }

    /** One entry of the header. */
    public static String entry(String name, String dtype, List<Long> shape, long begin, long end) {
        return quoted(name) + ":{\"dtype\":\"" + dtype + "\",\"shape\":"
                + shape.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"))
                + ",\"data_offsets\":[" + begin + "," + end + "]}";
    }

    /** A file of any header text and any data. */
    public static byte[] bytes(String json, byte[] data) {
        byte[] header = json.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new ByteSink().u64(header.length).bytes(header).bytes(data).toByteArray();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
