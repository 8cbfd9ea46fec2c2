import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Prints the first records of partition 0 with Kafka's own consumer, which checks their checksums: brokers, topic, count. */
public class ReadRecords {
  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("check.crcs", "true");
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
      TopicPartition partition = new TopicPartition(args[1], 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      for (int left = Integer.parseInt(args[2]); left > 0; ) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          StringBuilder line = new StringBuilder(record.offset() + " " + record.timestamp());
          line.append(' ').append(text(record.key())).append(' ').append(text(record.value()));
          for (Header header : record.headers())
            line.append(' ').append(text(header.key().getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .append('=').append(text(header.value()));
          System.out.println(line);
          left -= 1;
        }
      }
    }
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : "'" + Base64.getEncoder().encodeToString(bytes) + "'";
  }
}
