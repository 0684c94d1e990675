package org.lowrank.reports;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a record read from a file has everything its type promises: no component is null unless declared {@link Nullable}, and
 * no list or map holds null, all the way down. Whoever uses the record afterwards need not look again.
 */
final class CompleteRecord {
    private CompleteRecord() {}

    /** Where the first thing is missing, as a path of names in the record; empty where nothing is. */
    static Optional<String> missing(Object value) {
        return missing(value, "");
    }

    private static Optional<String> missing(Object value, String path) {
        if (value instanceof Record record) {
            return inRecord(record, path);
        }
        if (value instanceof List<?> list) {
            return inList(list, path);
        }
        if (value instanceof Map<?, ?> map) {
            return inMap(map, path);
        }
        return Optional.empty();
    }

    private static Optional<String> inRecord(Record record, String path) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String here = path + (path.isEmpty() ? "" : ".") + component.getName();
            Object value = value(record, component);
            if (value == null) {
                if (!isNullable(component)) {
                    return Optional.of(here);
                }
            } else {
                Optional<String> inside = missing(value, here);
                if (inside.isPresent()) {
                    return inside;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> inList(List<?> list, String path) {
        for (int i = 0; i < list.size(); i++) {
            Object element = list.get(i);
            String here = path + "[" + i + "]";
            Optional<String> inside = element == null ? Optional.of(here) : missing(element, here);
            if (inside.isPresent()) {
                return inside;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> inMap(Map<?, ?> map, String path) {
        Collection<? extends Map.Entry<?, ?>> entries = map.entrySet();
        for (Map.Entry<?, ?> entry : entries) {
            Object element = entry.getValue();
            String here = path + "." + entry.getKey();
            Optional<String> inside = element == null ? Optional.of(here) : missing(element, here);
            if (inside.isPresent()) {
                return inside;
            }
        }
        return Optional.empty();
    }

    private static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static @Nullable Object value(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(record.getClass() + " does not give its " + component.getName(), e);
        }
    }
}
