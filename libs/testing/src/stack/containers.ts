import { freePort, type GivenUrls } from '@threadlog/stack';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import type { RunningTestStack } from './startTestStack';

/** The versions of docker-compose.yml. */
const images = { kafka: 'apache/kafka:4.3.0', postgres: 'postgres:18', mongo: 'mongo:8.0' };

/** The advertised address has to be known before the start, so the host's port is fixed, not mapped. */
const kafkaContainer = async (port: number): Promise<StartedTestContainer> =>
  new GenericContainer(images.kafka)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();

const postgresContainer = (): Promise<StartedTestContainer> =>
  new GenericContainer(images.postgres)
    .withExposedPorts(5432)
    .withEnvironment({ POSTGRES_USER: 'threadlog', POSTGRES_PASSWORD: 'threadlog', POSTGRES_DB: 'threadlog' })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=500'])
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();

const mongoContainer = (): Promise<StartedTestContainer> =>
  new GenericContainer(images.mongo).withExposedPorts(27017).withWaitStrategy(Wait.forListeningPorts()).start();

/** Starts what is not given in containers, which testcontainers removes even when this process is killed. */
export const startContainers = async (given: GivenUrls): Promise<RunningTestStack> => {
  const port = await freePort();
  const [kafka, postgres, mongo] = await Promise.all([
    given.kafkaBrokers ? undefined : kafkaContainer(port),
    given.databaseUrl ? undefined : postgresContainer(),
    given.mongoUrl ? undefined : mongoContainer(),
  ]);
  const address = (container: StartedTestContainer, inner: number) =>
    `${container.getHost()}:${container.getMappedPort(inner)}`;
  return {
    handover: {
      kafkaBrokers: given.kafkaBrokers ?? `127.0.0.1:${port}`,
      databaseUrl:
        given.databaseUrl ?? `postgresql://threadlog:threadlog@${postgres ? address(postgres, 5432) : ''}/threadlog`,
      mongoUrl: given.mongoUrl ?? `mongodb://${mongo ? address(mongo, 27017) : ''}/threadlog`,
      source: 'containers',
    },
    stop: async () => {
      await Promise.all([kafka, postgres, mongo].map((container) => container?.stop()));
    },
  };
};
