/**
 * The page with made-up participants, to work on it without the real server: `npm run dev`, then open
 * the address it tells. Media comes from mock/mixer.js, inside the page.
 */
import { serve } from './mock/server.mjs';

const { url } = await serve(Number(process.env.PORT ?? 8090));
console.log(`${url}/ (stop with Ctrl+C)`);
