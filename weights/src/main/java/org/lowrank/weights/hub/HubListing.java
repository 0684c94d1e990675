package org.lowrank.weights.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.lowrank.machine.net.Patience;
import org.lowrank.machine.net.Pauses;
import org.lowrank.machine.net.WebAnswer;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;

/** Which models the Hub has of an author, under a search text, with tags: its listing API, page by page. */
public final class HubListing {
    /** The Hub's most per page. */
    private static final int PAGE = 1000;

    private static final int LARGEST = 64 << 20;
    private static final int MOST_PAGES = 10_000;
    private static final Duration PATIENT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HubClient client;

    private HubListing(HubClient client) {
        this.client = client;
    }

    /**
     * What is asked for; all of it must fit.
     *
     * @param author user or organisation
     * @param search part of the name
     * @param tags every model has all of them
     * @param most at most so many, the most downloaded first
     */
    public record Query(Optional<String> author, Optional<String> search, List<String> tags, int most) {
        public Query {
            tags = List.copyOf(tags);
            if (most < 1) {
                throw new IllegalArgumentException("most: " + most + ": at least 1");
            }
        }

        private String address(int perPage) {
            StringBuilder address = new StringBuilder("/api/models?sort=downloads&direction=-1&limit=" + perPage);
            author.ifPresent(name -> address.append("&author=").append(HubApi.encode(name, false)));
            search.ifPresent(text -> address.append("&search=").append(HubApi.encode(text, false)));
            tags.forEach(tag -> address.append("&filter=").append(HubApi.encode(tag, false)));
            return address.toString();
        }
    }

    /**
     * Names of the models, the most downloaded first; waits where the Hub asks for it.
     *
     * @throws HubUnreachableException if there is no network, or the Hub gives no answer
     * @throws ModelNotFoundException if it refuses
     */
    public static List<String> models(Query query, SourceOptions options) throws IOException, ModelNotFoundException {
        HubSettings settings = HubSettings.of(options);
        if (settings.offlineBy().isPresent()) {
            String reason = "no network is allowed (" + settings.offlineBy().get() + ")";
            throw new HubUnreachableException(
                    "cannot list models: " + settings.host() + ": " + reason
                            + "; run with network, or name the models in a file",
                    reason,
                    null);
        }
        return new HubListing(new HubClient(settings, Pauses.telling(options.progress()))).list(query);
    }

    private List<String> list(Query query) throws IOException, ModelNotFoundException {
        Set<String> names = new LinkedHashSet<>();
        Optional<URI> next =
                Optional.of(URI.create(client.settings().endpoint() + query.address(Math.min(PAGE, query.most))));
        for (int pages = 0; next.isPresent() && names.size() < query.most; pages++) {
            if (pages == MOST_PAGES) {
                throw strange("its list of models does not end");
            }
            Page page = page(next.get());
            names.addAll(page.names);
            next = page.next;
        }
        return names.stream().limit(query.most).toList();
    }

    private record Page(List<String> names, Optional<URI> next) {}

    private Page page(URI uri) throws IOException, ModelNotFoundException {
        return client.retrying(Patience.IF_CONNECTED, () -> {
            try (WebAnswer answer = client.get(uri, Optional.empty(), PATIENT)) {
                if (!answer.ok()) {
                    throw refused(answer.status());
                }
                JsonNode json = JSON.readTree(answer.body().readNBytes(LARGEST));
                return new Page(names(json), NextPage.of(answer.headers(), client.settings()));
            } catch (JsonProcessingException e) {
                throw strange("its answer is not JSON (a login page?)");
            } catch (NextPage.ElsewhereException e) {
                throw strange("its list of models goes on at another host");
            }
        });
    }

    private List<String> names(JsonNode json) throws HubUnreachableException {
        if (!json.isArray()) {
            throw strange("its list of models is none");
        }
        List<String> names = new ArrayList<>();
        for (JsonNode model : json) {
            String name = model.path("id").asText(model.path("modelId").asText());
            if (!RepoName.isId(name)) {
                throw strange("its list of models has a name that is none: " + ForeignText.name(name));
            }
            names.add(name);
        }
        return names;
    }

    private ModelNotFoundException refused(int status) {
        Optional<HubSettings.AccessToken> token = client.settings().token();
        if ((status == 401 || status == 403) && token.isPresent()) {
            return new ModelNotFoundException(
                    "bad token: list of models: " + client.settings().host()
                            + " does not accept the token of " + token.get().origin() + "; make a new one at "
                            + client.settings().endpoint() + "/settings/tokens, or unset it");
        }
        if (status == 400) {
            return new ModelNotFoundException(
                    "cannot list models: " + client.settings().host()
                            + ": it does not understand the question (400); check --author, --search and --filter");
        }
        return strange("it answered " + status + " when asked for a list of models");
    }

    private HubUnreachableException strange(String what) {
        return new HubUnreachableException(
                "cannot list models: " + client.settings().host() + ": " + what
                        + "; check HF_ENDPOINT and the proxy, or run again later",
                "the Hub could not be reached (" + what + ")",
                null);
    }
}
