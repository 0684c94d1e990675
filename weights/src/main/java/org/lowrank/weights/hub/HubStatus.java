package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/**
 * How the Hub would be reached, without reaching it: what a report of a problem needs.
 *
 * @param endpoint address of the Hub
 * @param cache the cache shared with Python
 * @param tokenFrom where an access token comes from, never the token; empty without one
 * @param offlineBy what forbids the network; empty where it is allowed
 */
public record HubStatus(String endpoint, Path cache, Optional<String> tokenFrom, Optional<String> offlineBy) {
    /**
     * As the environment and the options say.
     *
     * @throws ModelNotFoundException if the endpoint is no address
     */
    public static HubStatus of(SourceOptions options) throws IOException, ModelNotFoundException {
        HubSettings settings = HubSettings.of(options);
        return new HubStatus(
                settings.endpoint().toString(),
                settings.cache(),
                settings.token().map(HubSettings.AccessToken::origin),
                settings.offlineBy());
    }
}
