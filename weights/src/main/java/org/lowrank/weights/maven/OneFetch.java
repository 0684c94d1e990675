package org.lowrank.weights.maven;

import java.io.IOException;
import java.util.Map;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.spi.connector.transport.Transporter;
import org.eclipse.aether.spi.connector.transport.TransporterFactory;
import org.eclipse.aether.supplier.RepositorySystemSupplier;
import org.eclipse.aether.transfer.NoTransporterException;
import org.eclipse.aether.transport.file.FileTransporterFactory;
import org.eclipse.aether.transport.http.ChecksumExtractor;
import org.lowrank.machine.net.Pauses;
import org.lowrank.machine.net.WebSettings;

/** Maven's resolver, with lowrank's own client where it would fetch by HTTP. */
final class OneFetch extends RepositorySystemSupplier {
    private final WebSettings settings;
    private final Pauses pauses;

    OneFetch(WebSettings settings, Pauses pauses) {
        this.settings = settings;
        this.pauses = pauses;
    }

    @Override
    protected Map<String, ChecksumExtractor> getChecksumExtractors() {
        return Map.of();
    }

    @Override
    protected Map<String, TransporterFactory> getTransporterFactories(Map<String, ChecksumExtractor> unused) {
        return Map.of("file", new FileTransporterFactory(), "web", new Factory());
    }

    private final class Factory implements TransporterFactory {
        @Override
        public Transporter newInstance(RepositorySystemSession session, RemoteRepository repository)
                throws NoTransporterException {
            if (!repository.getProtocol().equalsIgnoreCase("https")
                    && !repository.getProtocol().equalsIgnoreCase("http")) {
                throw new NoTransporterException(repository);
            }
            try {
                return WebTransporter.of(session, repository, settings, pauses);
            } catch (IOException | IllegalArgumentException e) {
                throw new NoTransporterException(repository, String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public float getPriority() {
            return 1;
        }
    }
}
