package org.lowrank.analyzer.checkpoints;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A zip archive as PyTorch writes it: stored entries with data descriptors behind them and payloads padded to 64 bytes by
 * an extra field, zip64 end records (caffe2/serialize/inline_container.cc, PKWARE APPNOTE).
 */
public final class ZipWriter {
    private static final int ALIGNMENT = 64;

    private ZipWriter() {}

    /** Entries in map order. */
    public static byte[] bytes(Map<String, byte[]> entries) {
        ByteSink out = new ByteSink();
        ByteSink directory = new ByteSink();
        entries.forEach((name, content) -> {
            long at = out.size();
            long crc = crc(content);
            byte[] path = name.getBytes(StandardCharsets.UTF_8);
            int padding = Math.floorMod(-(out.size() + 30 + path.length + 4), ALIGNMENT);
            out.u32(0x04034b50).u16(45).u16(0x0808).u16(0).u32(0).u32(0).u32(0).u32(0);
            out.u16(path.length).u16(4 + padding).bytes(path).text("FB").u16(padding);
            out.bytes("Z".repeat(padding).getBytes(StandardCharsets.UTF_8)).bytes(content);
            out.u32(0x08074b50).u32(crc).u64(content.length).u64(content.length);
            directory.u32(0x02014b50).u16(0).u16(45).u16(0x0808).u16(0).u32(0).u32(crc);
            directory.u32(0xffffffffL).u32(0xffffffffL).u16(path.length).u16(28);
            directory.u16(0).u16(0).u16(0).u32(0).u32(0xffffffffL).bytes(path);
            directory.u16(1).u16(24).u64(content.length).u64(content.length).u64(at);
        });
        long start = out.size();
        out.bytes(directory.toByteArray());
        long end = out.size();
        out.u32(0x06064b50)
                .u64(44)
                .u16(45)
                .u16(45)
                .u32(0)
                .u32(0)
                .u64(entries.size())
                .u64(entries.size());
        out.u64(directory.size()).u64(start);
        out.u32(0x07064b50).u32(0).u64(end).u32(1);
        out.u32(0x06054b50)
                .u16(0)
                .u16(0)
                .u16(0xffff)
                .u16(0xffff)
                .u32(0xffffffffL)
                .u32(0xffffffffL)
                .u16(0);
        return out.toByteArray();
    }

    private static long crc(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return crc.getValue();
    }
}
