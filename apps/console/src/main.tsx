import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createApi } from './api.ts';
import { App } from './App.tsx';
import { takeToken } from './token.ts';

const token = takeToken();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App initial={token === null ? null : createApi(token)} />
  </StrictMode>,
);
