import { runGroup } from '../support/together.js';

runGroup('double');
