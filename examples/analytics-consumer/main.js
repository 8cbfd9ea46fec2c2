import { Kafka, logLevel } from 'kafkajs';
import { feedTopic, readFeed } from './feed.js';
import { createReport } from './report.js';

const { TENANT, KAFKA_BROKERS = 'localhost:9092', KAFKA_TOPIC_PREFIX = '', REPORT_FORMAT = 'table' } = process.env;
if (!TENANT) {
  console.error('Set TENANT to a tenant that is listed in FEED_TENANTS.');
  process.exit(64);
}

const kafka = new Kafka({
  clientId: 'analytics-consumer',
  brokers: KAFKA_BROKERS.split(','),
  logLevel: logLevel.ERROR,
});
const topic = `${KAFKA_TOPIC_PREFIX}${feedTopic(TENANT)}`;
const report = createReport();
await readFeed(kafka, topic, report.take);

if (REPORT_FORMAT === 'json') console.log(JSON.stringify(report.rows()));
else console.table(report.rows());
console.error(`${topic}: ${report.counts.events} events, and ${report.counts.repeated} repetitions that were left out`);
