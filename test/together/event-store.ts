import { runGroup } from '../support/together.js';

runGroup('event-store');
