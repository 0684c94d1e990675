package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * A tensor whose elements lie in a file.
 *
 * @param storage the bytes and their encoding; empty where the values cannot be read (strings, complex numbers)
 */
public record StoredTensor(
        String name,
        DType dtype,
        List<Long> shape,
        String file,
        long storedBytes,
        Optional<Storage> storage,
        Orientation orientation)
        implements Tensor {
    public StoredTensor {
        shape = List.copyOf(shape);
    }

    /**
     * Where a tensor lies.
     *
     * @param source the file
     * @param offset of the storage's first byte in it
     * @param encoding of the elements
     * @param layout which elements of the storage are the tensor's
     */
    public record Storage(ByteSource source, long offset, Encoding encoding, Layout layout) {}

    /**
     * A row-major tensor without gaps. Listed without values where its type holds no plain numbers.
     *
     * @param offset of its first byte in the file
     * @param storedBytes bytes it occupies there
     */
    public static StoredTensor plain(
            String name, DType dtype, List<Long> shape, ByteSource source, long offset, long storedBytes) {
        Optional<Storage> storage =
                encoding(dtype).map(encoding -> new Storage(source, offset, encoding, Layout.contiguous(0, shape)));
        return new StoredTensor(name, dtype, shape, source.name(), storedBytes, storage, Orientation.UNKNOWN);
    }

    private static Optional<Encoding> encoding(DType dtype) {
        return ScalarEncoding.exists(dtype)
                ? Optional.of(ScalarEncoding.of(dtype))
                : BlockEncoding.of(dtype).map(Encoding.class::cast);
    }

    /** The same values under another name. */
    public StoredTensor named(String newName, Orientation newOrientation) {
        return new StoredTensor(newName, dtype, shape, file, storedBytes, storage, newOrientation);
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Its bytes in their order, whatever they encode; empty where they do not lie together. */
    public Optional<StoredTensor> asBytes() {
        return storage.filter(place -> place.layout().isContiguous(shape))
                .map(place -> plain(
                        name,
                        DType.U8,
                        List.of(storedBytes),
                        place.source(),
                        place.offset()
                                + place.layout().offset() * place.encoding().bytesPerBlock(),
                        storedBytes));
    }

    @Override
    public Values open() throws IOException {
        if (storage.isEmpty()) {
            throw new MalformedWeightsException("tensor cannot be measured: " + file + ": " + name + " holds " + dtype
                    + ", not plain numbers; leave it out with --matrices or --layers");
        }
        return StoredValues.open(this, storage.get(), StorageWindows.WINDOW_BYTES);
    }

    // A tensor is a place in a file, not its description.
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
