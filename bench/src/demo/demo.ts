import { setTimeout as delay } from 'node:timers/promises';
import { createHttpDriver } from '../driver/http';
import type { System } from '../system/system';
import { createTenant, type Tenant } from '../system/tokens';
import { OBSERVERS } from './cast';
import { openObserver, type Observer } from './observe';
import { openScenes, playScenes, type PlayedScene } from './play';
import { readScene, readTitles } from './readBack';
import { createRestClient, type RestClient } from './rest';
import type { Script } from './script';
import { findingsOf, type Findings } from './verify';

export interface DemoOptions {
  system: System;
  script: Script;
  /** Scenes that are played at the same time. */
  atOnce: number;
  onLine?: () => void;
}

export interface DemoResult {
  /** What the queries, and each observer, showed of the script. */
  findings: Findings[];
  /** Seconds from the first line sent to the last one acknowledged. */
  playedIn: number;
  retries: number;
}

/** How long observers may take for the next frame once everything is acknowledged. */
const STALLED_MS = 10_000;

/** Plays the script, watches it over sockets, reads it back, and compares all three line by line. */
export async function playDemo({ system, script, atOnce, onLine = () => undefined }: DemoOptions): Promise<DemoResult> {
  const http = createHttpDriver(system.apiUrl);
  const rest = createRestClient(http);
  const tenant = createTenant('demo', system.tokens);
  const observers: Observer[] = [];
  try {
    for (const name of OBSERVERS) {
      observers.push(await openObserver({ name, url: system.realtimeUrl, token: tenant.person(name).token }));
    }
    const stage = { rest, tenant, onLine };
    const played = await openScenes(stage, script.scenes);
    const began = performance.now();
    await playScenes(stage, played, atOnce);
    const playedIn = (performance.now() - began) / 1000;
    const lines = played.reduce((sum, { messages }) => sum + messages.length, 0);
    await allSeen(observers, lines);
    const queries = await readBack(rest, tenant, played);
    return {
      findings: [queries, ...observers.map((each) => observed(each, played))],
      playedIn,
      retries: rest.retries(),
    };
  } finally {
    for (const observer of observers) observer.close();
    await http.close();
  }
}

/** Returns also when frames stop coming: what is missing then is a finding. */
async function allSeen(observers: readonly Observer[], lines: number): Promise<void> {
  const seen = (): number => observers.reduce((sum, observer) => sum + Math.min(observer.count(), lines), 0);
  let best = -1;
  let since = performance.now();
  while (seen() < lines * observers.length && performance.now() - since < STALLED_MS) {
    if (seen() > best) [best, since] = [seen(), performance.now()];
    await delay(20);
  }
}

async function readBack(rest: RestClient, tenant: Tenant, played: readonly PlayedScene[]): Promise<Findings> {
  const reader = tenant.person(OBSERVERS[0]);
  const scenes = [];
  for (const each of played) {
    const found = await readScene(rest, reader, each);
    scenes.push({ title: each.scene.title, expected: each.messages, found });
  }
  const titles = await readTitles(rest, reader);
  const faults = played
    .filter(({ threadId, scene }) => titles.get(threadId) !== scene.title)
    .map(({ scene }) => `${scene.title}: not in the list of threads under this title`);
  return findingsOf('read back', scenes, faults);
}

function observed(observer: Observer, played: readonly PlayedScene[]): Findings {
  const scenes = played.map(({ scene, threadId, messages }) => ({
    title: scene.title,
    expected: messages,
    found: observer.seen(threadId),
  }));
  return findingsOf(observer.name, scenes, observer.faults());
}
