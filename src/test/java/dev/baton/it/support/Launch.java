package dev.baton.it.support;

import dev.baton.simulator.Simulator;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * How an application is started as a process of its own: cheaply, since it is killed soon.
 *
 * @param options of the virtual machine, beside those that all have
 */
public record Launch(String classPath, List<String> options) {

  private static final List<String> CHEAP =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

  public static Launch plain() {
    return new Launch(System.getProperty("java.class.path"), List.of());
  }

  /**
   * With an archive of the classes that a start loads, which saves nearly half of a start. It is
   * made by an application that starts and stops.
   */
  public static Launch archived(
      Path folder, String jdbcUrl, Simulator simulator, String... properties) {
    String archive = folder.resolve("baton.jsa").toString();
    String classPath = withoutFolders(folder);
    Launch first = new Launch(classPath, List.of("-XX:ArchiveClassesAtExit=" + archive));
    Baton.forkOn(first, jdbcUrl, simulator, properties).stop();
    return new Launch(classPath, List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off"));
  }

  public List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(CHEAP);
    command.addAll(options);
    command.addAll(List.of("-cp", classPath));
    return command;
  }

  /** An archive can be made of jars only. */
  private static String withoutFolders(Path folder) {
    List<String> entries = new ArrayList<>();
    Scanner all = new Scanner(System.getProperty("java.class.path"));
    for (String entry : all.useDelimiter(File.pathSeparator).tokens().toList()) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        Path jar = folder.resolve("classes-" + entries.size() + ".jar");
        pack(path, jar);
        entries.add(jar.toString());
      } else {
        entries.add(entry);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void pack(Path classes, Path jar) {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files.filter(p -> !p.equals(classes))::iterator) {
        String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
        out.putNextEntry(new JarEntry(Files.isDirectory(file) ? name + "/" : name));
        if (!Files.isDirectory(file)) {
          Files.copy(file, out);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
