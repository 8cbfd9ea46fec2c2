// Verifies deliveries, `{secret, body, headers}` as JSON on standard input, as a receiver does that uses the package
// svix, which cannot be loaded where tests run. Ends with an error where one is not genuine.
import { text } from 'node:stream/consumers';
import { Webhook } from 'svix';

const deliveries = JSON.parse(await text(process.stdin));
for (const { secret, body, headers } of deliveries) new Webhook(secret).verify(body, headers);
process.stdout.write(String(deliveries.length));
