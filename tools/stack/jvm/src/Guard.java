import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs the class named first and ends the JVM when standard input ends. The launcher holds the other end of that pipe,
 * so whatever ends the launcher, a SIGKILL included, ends the server too and leaves no orphan on its port and files.
 */
public final class Guard {
  private static final long SHUTDOWN_LIMIT_MS = 10_000;

  public static void main(String[] args) throws Throwable {
    Thread watcher = new Thread(Guard::exitWhenInputEnds, "guard");
    watcher.setDaemon(true);
    watcher.start();
    try {
      Class.forName(args[0])
          .getMethod("main", String[].class)
          .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException failure) {
      throw failure.getCause();
    }
  }

  private static void exitWhenInputEnds() {
    try {
      while (System.in.read() >= 0) {}
    } catch (IOException closed) {
      // A broken pipe says the same as its end.
    }
    Thread limit = new Thread(Guard::haltAfterLimit, "guard-limit");
    limit.setDaemon(true);
    limit.start();
    System.exit(0);
  }

  private static void haltAfterLimit() {
    try {
      Thread.sleep(SHUTDOWN_LIMIT_MS);
    } catch (InterruptedException early) {
      // Nobody interrupts this thread; if somebody does, halting early is still right.
    }
    Runtime.getRuntime().halt(1);
  }
}
