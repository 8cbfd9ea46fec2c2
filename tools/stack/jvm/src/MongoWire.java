import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;

/** A server that speaks MongoDB's wire protocol over an H2 file: arguments are file, host and port. */
public final class MongoWire {
  public static void main(String[] args) throws InterruptedException {
    MongoServer server = new MongoServer(new H2Backend(args[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    server.bind(args[1], Integer.parseInt(args[2]));
    Thread.currentThread().join();
  }
}
