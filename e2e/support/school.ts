import { encodeEvent, partitionOfKey, type ChatEvent } from '@threadlog/events';
import { createRuntime, loadProcessConfig, type Runtime } from '@threadlog/runtime';
import { createLogger } from '@threadlog/service';
import { profileEvents, threadStory, type ThreadStory } from '@threadlog/testing';
import { clientOf } from './people';
import { persist } from './persistentWriter';

/** A learner with a thread about it. Whatever it says, and is said in its thread, holds `mark`. */
export interface Learner {
  id: string;
  /** One word that is in no text but those of this learner. */
  mark: string;
  threadId: string;
}

export interface School {
  tenant: string;
  learners: Learner[];
  /** In which all learners write. */
  classRoom: string;
  /** Messages of each learner: those in its thread, whoever wrote them, and its own in the class room. */
  messagesEach: number;
}

export interface SchoolOptions {
  tenant: string;
  teacher: string;
  learners: number;
  /** In all, spread evenly: four of five in the learners' own threads, the rest in the class room. */
  messages: number;
}

const CLASS_ROOM = 'class-room';

/**
 * Writes the history of a school to the log of a deployment whose processes have not started yet: profiles, titles, edits,
 * metadata, files and messages, numbered and sealed as the write side would have done it.
 */
export async function foundSchool(env: Record<string, string>, options: SchoolOptions): Promise<School> {
  const { tenant, messages } = options;
  const learners = Array.from({ length: options.learners }, (_, index): Learner => {
    const letter = String.fromCharCode(97 + index);
    return { id: `learner-${letter}`, mark: `quagga${letter}zz`, threadId: `about-${letter}` };
  });
  const school = { tenant, learners, classRoom: CLASS_ROOM, messagesEach: messages / learners.length };
  const config = loadProcessConfig({}, { ...env, OPS_PORT: '0', ENVIRONMENT: 'test' });
  const logger = createLogger({ service: 'e2e', level: 'silent' });
  const runtime = await createRuntime(config, { service: 'e2e', signal: new AbortController().signal, logger });
  try {
    for (const learner of learners) {
      const names = { displayName: `${learner.mark} by name`, email: `${learner.mark}@example.com` };
      await append(runtime, await profileEvents(runtime.sealing, { tenant, userId: learner.id, ...names }));
    }
    for (const story of storiesOf(school, options)) await append(runtime, await story.events(runtime.sealing));
  } finally {
    await runtime.close();
  }
  return school;
}

function storiesOf({ tenant, learners, messagesEach }: School, { teacher }: SchoolOptions): ThreadStory[] {
  const classRoom = threadStory({
    ...{ tenant, threadId: CLASS_ROOM, owner: teacher, title: 'Class room' },
    members: learners.map(({ id }) => id),
  });
  const stories = learners.map(({ id, mark, threadId }) => {
    const about = { tenant, threadId, owner: teacher, members: [id], learnerId: id, title: `About ${mark}` };
    const own = threadStory(about);
    for (let count = 0; count < messagesEach; count += 1) {
      const text = `${mark} and number ${count}`;
      if (count % 5 === 4) classRoom.post(id, text);
      else own.post(count % 2 === 0 ? id : teacher, text, count === 0 ? withFile(mark) : {});
    }
    own.edit(`${threadId}-m2`, `${mark} after an edit`);
    own.react(teacher, `${threadId}-m3`, '👍');
    return own;
  });
  return [classRoom, ...stories];
}

function withFile(mark: string) {
  const attachment = { externalFileId: 'file-1', label: `${mark}.pdf`, mime: 'application/pdf', bytes: 12 };
  return { message_type: 'file' as const, attachments: [attachment], metadata: { note: mark } };
}

/** Records at a time: a request to the broker has its limit. */
const AT_ONCE = 500;

async function append({ log }: Runtime, events: readonly ChatEvent[]): Promise<void> {
  const records = events.map((event) => encodeEvent(event));
  const partition = partitionOfKey(records[0]!.key, log.partitions);
  const appender = await log.openAppender();
  for (let at = 0; at < records.length; at += AT_ONCE)
    await appender.append(partition, records.slice(at, at + AT_ONCE));
  await appender.close();
}

const SAID = 30;

/**
 * Lets a learner say something through the API, so that its text goes through every process; the last request is refused
 * for what is in it.
 */
export async function speak(api: string, tenant: string, { id, mark, threadId }: Learner): Promise<void> {
  const client = clientOf(api, { id, tenant, role: 'learner', learnerIds: [id] });
  for (let count = 0; count < SAID; count += 1)
    await persist(client, { threadId, key: `said-${count}`, content: `${mark} said ${count}` });
  const refused = { content: mark, [mark]: mark, messageType: mark };
  const { status } = await client.call('POST', `/api/v1/threads/${threadId}/messages`, refused);
  if (status !== 400) throw new Error(`answered ${status} to what is no message`);
}
