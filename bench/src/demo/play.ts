import type { MessageResource, ThreadResource } from '@threadlog/events';
import type { Tenant } from '../system/tokens';
import { messagesPath } from '../world';
import { OBSERVERS, userIdOf } from './cast';
import { bodyOf, type RestClient } from './rest';
import type { Scene } from './script';
import type { Message } from './verify';

/** A scene on its way, and at last as the service acknowledged it. */
export interface PlayedScene {
  scene: Scene;
  threadId: string;
  /** What must be found everywhere: the script's words under the ids that the service gave. */
  messages: Message[];
  /** Of the last message: a read that carries it shows the whole scene. */
  consistencyToken: string | null;
}

export interface Stage {
  rest: RestClient;
  tenant: Tenant;
  /** Told of each line that is acknowledged. */
  onLine(): void;
}

/** A thread for each scene, with everybody who speaks in it and the observers. */
export async function openScenes({ rest, tenant }: Stage, scenes: readonly Scene[]): Promise<PlayedScene[]> {
  const opened: PlayedScene[] = [];
  for (const [index, scene] of scenes.entries()) {
    const speakers = [...new Set(scene.lines.map(({ speaker }) => userIdOf(speaker)))];
    const [owner = '', ...others] = speakers;
    const reply = await rest.call(0, {
      method: 'POST',
      path: '/api/v1/threads',
      token: tenant.person(owner).token,
      body: JSON.stringify({ title: scene.title, participantIds: [...others, ...OBSERVERS] }),
      idempotencyKey: `${tenant.tenantId}-scene-${index}`,
    });
    const { id } = bodyOf<ThreadResource>(reply, 201);
    opened.push({ scene, threadId: id, messages: [], consistencyToken: reply.consistencyToken });
  }
  return opened;
}

/**
 * Plays several scenes at a time. The lines of a scene are sent one after the other, each when the one before is
 * acknowledged: that is what makes their order a promise of the service and not an accident.
 */
export async function playScenes(stage: Stage, scenes: readonly PlayedScene[], atOnce: number): Promise<void> {
  const waiting = scenes.values();
  const work = async (connection: number): Promise<void> => {
    for (const scene of waiting) await playScene(stage, scene, connection);
  };
  await Promise.all(Array.from({ length: atOnce }, (_none, connection) => work(connection)));
}

async function playScene({ rest, tenant, onLine }: Stage, played: PlayedScene, connection: number): Promise<void> {
  for (const { speaker, text, at } of played.scene.lines) {
    const { userId, token } = tenant.person(userIdOf(speaker));
    const reply = await rest.call(connection, {
      method: 'POST',
      path: messagesPath(played.threadId),
      token,
      body: JSON.stringify({ content: text, clientMessageId: `line-${at}` }),
    });
    const { id } = bodyOf<MessageResource>(reply, 201);
    played.messages.push({ id, senderId: userId, content: text });
    played.consistencyToken = reply.consistencyToken;
    onLine();
  }
}
