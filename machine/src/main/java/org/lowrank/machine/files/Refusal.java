package org.lowrank.machine.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why the system refused to write a file, in words. */
public final class Refusal {
    private Refusal() {}

    /** What the system says, or what it means where it names only the file. */
    public static String reason(IOException e) {
        if (e instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "a file is in the way";
        }
        return e instanceof NoSuchFileException ? "no directory can be made there" : String.valueOf(e.getMessage());
    }
}
