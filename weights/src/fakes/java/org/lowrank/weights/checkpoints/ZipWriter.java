package org.lowrank.weights.checkpoints;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A zip archive as PyTorch writes it: stored entries with data descriptors behind them and payloads padded to 64 bytes by
 * an extra field, zip64 end records (caffe2/serialize/inline_container.cc, PKWARE APPNOTE).
 */
public final class ZipWriter {
    private static final int ALIGNMENT = 64;
    private static final int LARGEST_CHECKED = 1 << 20;

    private ZipWriter() {}

    /** Entries in map order. */
    public static byte[] bytes(Map<String, byte[]> entries) {
        Map<String, Content> contents = new LinkedHashMap<>();
        entries.forEach((name, bytes) -> contents.put(name, Content.of(bytes)));
        return content(contents).bytes();
    }

    /** Entries in map order, of any size. */
    public static Content content(Map<String, Content> entries) {
        List<Content> parts = new ArrayList<>();
        ByteSink directory = new ByteSink();
        long at = 0;
        for (Map.Entry<String, Content> entry : entries.entrySet()) {
            Content content = entry.getValue();
            long crc = crc(content);
            byte[] path = entry.getKey().getBytes(StandardCharsets.UTF_8);
            ByteSink local = local(path, (int) Math.floorMod(-(at + 30 + path.length + 4), (long) ALIGNMENT));
            ByteSink descriptor = new ByteSink().u32(0x08074b50).u32(crc);
            descriptor.u64(content.size()).u64(content.size());
            directory.u32(0x02014b50).u16(0).u16(45).u16(0x0808).u16(0).u32(0).u32(crc);
            directory.u32(0xffffffffL).u32(0xffffffffL).u16(path.length).u16(28);
            directory.u16(0).u16(0).u16(0).u32(0).u32(0xffffffffL).bytes(path);
            directory.u16(1).u16(24).u64(content.size()).u64(content.size()).u64(at);
            for (Content part : List.of(of(local), content, of(descriptor))) {
                parts.add(part);
                at += part.size();
            }
        }
        parts.add(of(directory));
        parts.add(of(end(entries.size(), directory.size(), at)));
        return Content.concat(parts);
    }

    private static ByteSink local(byte[] path, int padding) {
        ByteSink out = new ByteSink();
        out.u32(0x04034b50).u16(45).u16(0x0808).u16(0).u32(0).u32(0).u32(0).u32(0);
        out.u16(path.length).u16(4 + padding).bytes(path).text("FB").u16(padding);
        return out.text("Z".repeat(padding));
    }

    private static ByteSink end(int entries, int directory, long start) {
        ByteSink out = new ByteSink();
        out.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0).u64(entries).u64(entries);
        out.u64(directory).u64(start);
        out.u32(0x07064b50).u32(0).u64(start + directory).u32(1);
        out.u32(0x06054b50)
                .u16(0)
                .u16(0)
                .u16(0xffff)
                .u16(0xffff)
                .u32(0xffffffffL)
                .u32(0xffffffffL);
        return out.u16(0);
    }

    private static Content of(ByteSink bytes) {
        return Content.of(bytes.toByteArray());
    }

    /** 0 for contents that are made on the fly: nothing that reads by range can check it. */
    private static long crc(Content content) {
        if (content.size() > LARGEST_CHECKED) {
            return 0;
        }
        CRC32 crc = new CRC32();
        crc.update(content.bytes());
        return crc.getValue();
    }
}
