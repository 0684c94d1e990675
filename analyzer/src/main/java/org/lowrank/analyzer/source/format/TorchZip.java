package org.lowrank.analyzer.source.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;
import org.lowrank.analyzer.source.ByteSource;
import org.lowrank.analyzer.source.MalformedWeightsException;
import org.lowrank.analyzer.source.ModelFiles;
import org.lowrank.analyzer.source.ModelNotFoundException;
import org.lowrank.analyzer.tensor.Tensor;

/** PyTorch since 1.6 and TorchScript: a zip of data.pkl and one entry per storage (torch/serialization.py). */
final class TorchZip implements WeightFormat {
    private static final long LARGEST_PICKLE = 1L << 30;
    private static final long LARGEST_INFLATED = 1L << 31;

    @Override
    public String title() {
        return "PyTorch";
    }

    @Override
    public boolean recognises(byte[] head, String name) {
        return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    }

    @Override
    public List<Tensor> read(ModelFiles files, String name, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        ByteSource source = opened.open(files, name);
        try (ZipFile zip = ZipFile.builder()
                .setSeekableByteChannel(new Channel(source))
                .setIgnoreLocalFileHeader(true)
                .get()) {
            return read(zip, source, name);
        } catch (MalformedWeightsException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new MalformedWeightsException(
                    "bad PyTorch file: " + name + ": not a readable zip archive, perhaps truncated (" + e.getMessage()
                            + "); copy or download it again",
                    e);
        }
    }

    private static List<Tensor> read(ZipFile zip, ByteSource source, String name) throws IOException {
        Map<String, ZipArchiveEntry> entries = new HashMap<>();
        String folder = null;
        boolean script = false;
        for (ZipArchiveEntry entry : java.util.Collections.list(zip.getEntries())) {
            entries.put(entry.getName(), entry);
            if (entry.getName().matches("[^/]+/data\\.pkl")) {
                folder = entry.getName().substring(0, entry.getName().indexOf('/') + 1);
            }
            script |= entry.getName().endsWith("/constants.pkl");
        }
        if (folder == null) {
            throw new MalformedWeightsException("zip archive: " + name
                    + ": it holds no PyTorch checkpoint (no data.pkl); unpack it and analyse the files in it");
        }
        byte[] pickle = content(zip, entries, folder + "data.pkl", LARGEST_PICKLE, name);
        boolean bigEndian = entries.containsKey(folder + "byteorder")
                && new String(content(zip, entries, folder + "byteorder", 64, name), StandardCharsets.US_ASCII)
                        .strip()
                        .equals("big");
        Wire wire = new Wire(new Bytes(name, pickle), 0, pickle.length);
        Object root = new Unpickler(wire, name, script).load();
        String top = folder;
        Map<String, TorchTensors.Place> places = new HashMap<>();
        return TorchTensors.of(root, name, storage -> {
            TorchTensors.Place known = places.get(storage.key());
            if (known == null) {
                known = place(zip, entries, source, top + "data/" + storage.key(), name, bigEndian);
                places.put(storage.key(), known);
            }
            return known;
        });
    }

    private static TorchTensors.Place place(
            ZipFile zip,
            Map<String, ZipArchiveEntry> entries,
            ByteSource source,
            String entryName,
            String file,
            boolean bigEndian)
            throws MalformedWeightsException {
        ZipArchiveEntry entry = entries.get(entryName);
        if (entry == null) {
            throw new MalformedWeightsException(
                    "bad PyTorch file: " + file + ": " + entryName + " is missing; copy or download it again");
        }
        try {
            if (entry.getMethod() == ZipMethod.STORED.getCode()) {
                return new TorchTensors.Place(source, payload(source, entry), entry.getSize(), bigEndian);
            }
            byte[] inflated = content(zip, entries, entryName, LARGEST_INFLATED - 16, file);
            return new TorchTensors.Place(new Bytes(file, inflated), 0, inflated.length, bigEndian);
        } catch (MalformedWeightsException e) {
            throw e;
        } catch (IOException e) {
            throw new MalformedWeightsException("bad PyTorch file: " + file + ": " + entryName + ": " + e.getMessage()
                    + "; copy or download it again");
        }
    }

    /** Where an uncompressed entry's bytes start: behind its local header, whose extra field differs from the central one. */
    private static long payload(ByteSource source, ZipArchiveEntry entry) throws IOException {
        long header = entry.getLocalHeaderOffset();
        try (ByteSource.Region region = source.read(header, 30)) {
            ByteBuffer bytes = region.bytes();
            if (bytes.getInt(0) != 0x04034b50) {
                throw new MalformedWeightsException("bad PyTorch file: " + source.name() + ": no entry header at byte "
                        + header + "; copy or download it again");
            }
            long start = header + 30 + (bytes.getShort(26) & 0xffff) + (bytes.getShort(28) & 0xffff);
            if (start > source.size() - entry.getSize()) {
                throw new MalformedWeightsException("truncated file: " + source.name() + ": " + entry.getName()
                        + " needs bytes up to " + (start + entry.getSize()) + " but the file has " + source.size()
                        + "; copy or download it again");
            }
            return start;
        }
    }

    private static byte[] content(
            ZipFile zip, Map<String, ZipArchiveEntry> entries, String entryName, long most, String file)
            throws IOException {
        ZipArchiveEntry entry = entries.get(entryName);
        if (entry == null || entry.getSize() > most) {
            throw new MalformedWeightsException("bad PyTorch file: " + file + ": " + entryName
                    + (entry == null ? " is missing" : " claims " + entry.getSize() + " bytes")
                    + "; copy or download it again");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 16));
            if (bytes.length != entry.getSize()) {
                throw new MalformedWeightsException("bad PyTorch file: " + file + ": " + entryName + " holds "
                        + bytes.length + " bytes instead of " + entry.getSize() + "; copy or download it again");
            }
            return bytes;
        }
    }

    /** A byte source as the channel the zip library reads. */
    private static final class Channel implements SeekableByteChannel {
        private final ByteSource source;
        private long position;

        Channel(ByteSource source) {
            this.source = source;
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            if (position >= source.size()) {
                return -1;
            }
            int length = (int) Math.min(target.remaining(), source.size() - position);
            try (ByteSource.Region region = source.read(position, length)) {
                target.put(region.bytes());
            }
            position += length;
            return length;
        }

        @Override
        public int write(ByteBuffer bytes) {
            throw new java.nio.channels.NonWritableChannelException();
        }

        @Override
        public long position() {
            return position;
        }

        @Override
        public SeekableByteChannel position(long newPosition) {
            position = newPosition;
            return this;
        }

        @Override
        public long size() {
            return source.size();
        }

        @Override
        public SeekableByteChannel truncate(long size) {
            throw new java.nio.channels.NonWritableChannelException();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // The source is closed with the checkpoint.
        }
    }
}
