import type { Api } from './api.ts';

/** What every screen is given. */
export interface ScreenProps {
  api: Api;
  /** Told where the token is not taken any more. */
  onRefused(): void;
}
