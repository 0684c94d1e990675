package org.lowrank.trainer.task;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.lowrank.machine.files.Sha256;
import org.lowrank.machine.files.WholeFile;
import org.lowrank.machine.net.NetworkSettingException;
import org.lowrank.machine.net.Pauses;
import org.lowrank.machine.net.RefusedException;
import org.lowrank.machine.net.ResumingBody;
import org.lowrank.machine.net.Site;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.machine.net.UnreachableException;
import org.lowrank.machine.net.UnsafeRedirectException;
import org.lowrank.machine.net.WebClient;
import org.lowrank.machine.net.WebSettings;

/**
 * Fetches Fashion-MNIST's training set from where its authors publish it, once. What arrives is checked against the SHA-256
 * of the unpacked files (those of Debian's dataset-fashion-mnist), and appears whole or not at all.
 */
public final class FashionMnistDownload {
    /** The authors' repository. */
    public static final URI PUBLISHED =
            URI.create("https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/");

    private static final Map<String, String> CHECKSUMS = new TreeMap<>(Map.of(
            "train-images-idx3-ubyte.gz", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "train-labels-idx1-ubyte.gz", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"));

    private static final int BUFFER = 64 << 10;

    private final URI base;
    private final Map<String, String> checksums;
    private final Map<String, String> environment;
    private final TransferProgress progress;
    private final Pauses pauses;

    /**
     * From the authors.
     *
     * @param environment where proxies are named
     * @param progress told how far a file is
     */
    public FashionMnistDownload(Map<String, String> environment, TransferProgress progress) {
        this(PUBLISHED, CHECKSUMS, environment, progress, Pauses.telling(progress));
    }

    FashionMnistDownload(
            URI base,
            Map<String, String> checksums,
            Map<String, String> environment,
            TransferProgress progress,
            Pauses pauses) {
        this.base = base;
        this.checksums = checksums;
        this.environment = environment;
        this.progress = progress;
        this.pauses = pauses;
    }

    /**
     * Makes sure the files are in a directory.
     *
     * @throws MissingDataException if they cannot be fetched
     * @throws MalformedDataException if what arrives is not them
     */
    public Path into(Path directory) throws IOException {
        WebClient client = new WebClient(settings(), new Publisher(), pauses);
        for (Map.Entry<String, String> file : checksums.entrySet()) {
            Path target = directory.resolve(file.getKey());
            if (!Files.exists(target)) {
                byte[] content = fetch(client, base.resolve(file.getKey()));
                verify(content, file.getValue(), base.resolve(file.getKey()));
                WholeFile.write(target, content, (where, refused) -> refused);
            }
        }
        return directory;
    }

    private WebSettings settings() throws MissingDataException {
        try {
            return WebSettings.of(environment);
        } catch (NetworkSettingException e) {
            throw new MissingDataException(String.valueOf(e.getMessage()));
        }
    }

    /** No credentials, so nothing that is for one host alone. */
    private final class Publisher implements Site {
        @Override
        public String name() {
            return "Fashion-MNIST's publisher";
        }

        @Override
        public boolean isOwn(URI uri) {
            return base.getHost().equalsIgnoreCase(uri.getHost());
        }
    }

    private byte[] fetch(WebClient client, URI uri) throws IOException {
        try (ResumingBody body = client.open(uri)) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            byte[] buffer = new byte[BUFFER];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                content.write(buffer, 0, n);
                progress.transferred(
                        uri.getPath().replaceFirst(".*/", ""),
                        content.size(),
                        body.length().orElse(-1));
            }
            return content.toByteArray();
        } catch (RefusedException | UnsafeRedirectException | UnreachableException e) {
            throw missing(uri, String.valueOf(e.getMessage()));
        }
    }

    private static MissingDataException missing(URI uri, String reason) {
        return new MissingDataException("Fashion-MNIST not found: " + uri + ": " + reason
                + "; install Debian's dataset-fashion-mnist or name the directory of its IDX files with --data-dir");
    }

    private static void verify(byte[] content, String expected, URI uri) throws MalformedDataException {
        String found;
        try {
            MessageDigest sha256 = Sha256.digest();
            try (InputStream unpacked =
                    new DigestInputStream(new GZIPInputStream(new ByteArrayInputStream(content)), sha256)) {
                unpacked.transferTo(java.io.OutputStream.nullOutputStream());
            }
            found = Sha256.hex(sha256);
        } catch (IOException e) {
            found = "no gzip file";
        }
        if (!found.equals(expected)) {
            throw new MalformedDataException("malformed data: " + uri + ": SHA-256 of the unpacked file is " + found
                    + ", not " + expected + "; fetch it again or name the directory of the IDX files with --data-dir");
        }
    }
}
