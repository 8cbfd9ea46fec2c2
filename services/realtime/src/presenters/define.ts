import type { EventOf, StreamEventType } from '@threadlog/events';
import type { PresenterView } from '@threadlog/read-models';
import type { Frame } from '../frames';

/** How events of one type look to clients. Synchronous: keys and profiles are prepared before. */
export interface Presenter<T extends StreamEventType> {
  /** Users whose profiles the frames show. */
  people?(event: EventOf<T>): string[];
  frames(event: EventOf<T>, view: PresenterView): Frame[];
}
