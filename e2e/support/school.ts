import type { MessageResource, ThreadResource } from '@threadlog/events';
import { clientOf, type Client } from './people';
import { persist } from './persistentWriter';

/** A learner with a thread about it. Whatever it says, and is said in its thread, holds `mark`. */
export interface Learner {
  id: string;
  /** One word that is in no text but those of this learner. */
  mark: string;
  threadId: string;
  client: Client;
}

export interface School {
  tenant: string;
  teacher: Client;
  officer: Client;
  learners: Learner[];
  /** In which all learners write. */
  classRoom: string;
}

export interface SchoolOptions {
  tenant: string;
  learners: number;
  /** In all, spread evenly: four of five in the learners' own threads, the rest in the class room. */
  messages: number;
  /** Posts at a time. */
  atOnce?: number;
}

const SECRET = 'an e2e secret for internal routes and long';

/** Fills a tenant through the API as its applications would: profiles, titles, edits, metadata, files, and messages. */
export async function openSchool(api: string, options: SchoolOptions): Promise<School> {
  const { tenant } = options;
  const teacher = clientOf(api, { id: 'tess', tenant, role: 'teacher', learnerIds: '*' });
  const officer = clientOf(api, { id: 'olga', tenant, role: 'admin' });
  const ids = Array.from({ length: options.learners }, (_, index) => String.fromCharCode(97 + index));
  const participantIds = ids.map((letter) => `learner-${letter}`);
  const classRoom = await threadOf(teacher, { title: 'Class room', participantIds });
  const learners = await Promise.all(ids.map((letter) => enrol(api, { tenant, letter, teacher })));
  const school = { tenant, teacher, officer, learners, classRoom };
  await fill(school, options);
  return school;
}

async function threadOf(client: Client, body: object): Promise<string> {
  const { status, body: made } = await client.call<ThreadResource>('POST', '/api/v1/threads', body);
  if (status !== 201) throw new Error(`thread: ${status} ${JSON.stringify(made)}`);
  return made.id;
}

async function enrol(
  api: string,
  { tenant, letter, teacher }: { tenant: string; letter: string; teacher: Client },
): Promise<Learner> {
  const [id, mark] = [`learner-${letter}`, `quagga${letter}zz`];
  const profile = { externalUserId: id, displayName: `${mark} by name`, email: `${mark}@example.com` };
  const synced = await fetch(`${api}/api/users/sync`, {
    method: 'POST',
    headers: { 'x-internal-secret': SECRET, 'x-tenant-id': tenant, 'content-type': 'application/json' },
    body: JSON.stringify(profile),
  });
  if (!synced.ok) throw new Error(`profile: ${synced.status} ${await synced.text()}`);
  const threadId = await threadOf(teacher, { title: `About ${mark}`, learnerId: id, participantIds: [id] });
  return { id, mark, threadId, client: clientOf(api, { id, tenant, role: 'learner', learnerIds: [id] }) };
}

/** A message as a job: who says what where. */
interface Job {
  client: Client;
  threadId: string;
  key: string;
  content: string;
}

async function fill(school: School, { learners, messages, atOnce = 16 }: SchoolOptions): Promise<void> {
  const each = messages / learners;
  const jobs: Job[] = [];
  for (let count = 0; count < each; count += 1) {
    for (const learner of school.learners) {
      const inClass = count % 5 === 4;
      jobs.push({
        client: inClass || count % 2 === 0 ? learner.client : school.teacher,
        threadId: inClass ? school.classRoom : learner.threadId,
        key: `${learner.id}-${count}`,
        content: `${learner.mark} and number ${count}`,
      });
    }
  }
  const waiting = jobs[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const job of waiting) await persist(job.client, job);
    }),
  );
  await Promise.all(school.learners.map(embellish));
}

/** What else holds text: a former one, a file's label, metadata. Each replaces or adds a few messages. */
async function embellish({ client, threadId, mark }: Learner): Promise<void> {
  const path = `/api/v1/threads/${threadId}/messages`;
  const edited = await client.call<MessageResource>('POST', path, { content: `${mark} before` });
  await client.call('PATCH', `${path}/${edited.body.id}`, { content: `${mark} after` });
  const attachment = { externalFileId: 'file-1', label: `${mark}.pdf`, mime: 'application/pdf', bytes: 12 };
  const filed = await client.call('POST', path, {
    content: `${mark} with a file`,
    messageType: 'file',
    attachments: [attachment],
    metadata: { note: mark },
  });
  const statuses = [edited.status, filed.status];
  if (statuses.some((status) => status !== 201)) throw new Error(`message: ${statuses.join()} ${JSON.stringify(filed.body)}`);
}
