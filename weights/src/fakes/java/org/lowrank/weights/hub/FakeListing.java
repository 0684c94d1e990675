package org.lowrank.weights.hub;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The listing API of the fake hub: {@code /api/models?author=&search=&filter=&limit=}, page by page. */
final class FakeListing {
    private FakeListing() {}

    /**
     * A page.
     *
     * @param next the Link header where the list goes on
     */
    record Page(String json, Optional<String> next) {}

    static boolean isListing(String uri) {
        return uri.startsWith("/api/models?");
    }

    static Page page(String uri, Collection<FakeRepo> repos, int perPage, String endpoint) {
        List<FakeRepo> fitting = repos.stream()
                .filter(repo -> values(uri, "author").stream().allMatch(name -> repo.id.startsWith(name + "/")))
                .filter(repo -> values(uri, "search").stream()
                        .allMatch(text -> repo.id.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT))))
                .filter(repo -> repo.tags.containsAll(values(uri, "filter")))
                .sorted(Comparator.comparing(repo -> repo.id))
                .toList();
        int from = values(uri, "cursor").stream()
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
        int limit = values(uri, "limit").stream()
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(perPage);
        int until = Math.min(fitting.size(), from + Math.min(perPage, limit));
        String json = fitting.subList(from, until).stream()
                .map(repo ->
                        "{\"_id\":\"0\",\"id\":\"" + repo.id + "\",\"private\":false,\"modelId\":\"" + repo.id + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        Optional<String> next = until == fitting.size()
                ? Optional.empty()
                : Optional.of(
                        "<" + endpoint + uri.replaceFirst("&cursor=\\d+", "") + "&cursor=" + until + ">; rel=\"next\"");
        return new Page(json, next);
    }

    private static List<String> values(String uri, String key) {
        List<String> values = new ArrayList<>();
        for (String pair : uri.substring(uri.indexOf('?') + 1).split("&")) {
            if (pair.startsWith(key + "=")) {
                values.add(URLDecoder.decode(pair.substring(key.length() + 1), StandardCharsets.UTF_8));
            }
        }
        return values;
    }
}
