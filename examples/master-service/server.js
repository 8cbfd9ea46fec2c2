import express from 'express';
import { createChatApi, chatProxy } from './chatProxy.js';
import { createUsers } from './users.js';
import { createInbox } from './webhooks.js';

const env = process.env;
const required = ['JWT_SECRET', 'INTERNAL_API_SECRET', 'WEBHOOK_SECRET'].filter((name) => !env[name]);
if (required.length > 0) throw new Error(`${required.join(', ')} must be set`);

const chat = createChatApi(env.CHAT_SERVICE_URL ?? 'http://127.0.0.1:4000');
const users = createUsers({
  chat,
  internalSecret: env.INTERNAL_API_SECRET,
  jwt: { secret: env.JWT_SECRET, issuer: env.JWT_ISSUER ?? 'master-service' },
});
const inbox = createInbox({ secret: env.WEBHOOK_SECRET });

const app = express().disable('x-powered-by');
app.use(express.json({ limit: '1mb' }));
app.post('/webhooks/chat', inbox.receive);
app.use('/api', users.routes);
app.get('/api/notifications', users.signedIn, (request, response) => {
  response.json({ notifications: inbox.notificationsOf(request.user.id) });
});
app.use(['/api/conversations', '/api/messages'], users.mayTalk, chatProxy(chat));
app.use((_request, response) => response.status(404).json({ error: 'There is no such route', code: 'NOT_FOUND' }));
// Errors of axios hold headers, tokens among them: only the kind is told.
app.use((error, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = error.status >= 400 && error.status < 500 ? error.status : 500;
  if (status === 500) console.error('request failed:', error.name, error.code ?? '');
  return response.status(status).json({ error: 'The request could not be served', code: 'FAILED' });
});

const server = app.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, () => {
    users.stop();
    server.close();
    server.closeIdleConnections();
  });
