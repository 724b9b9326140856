import { runGroup } from '../support/together.js';

runGroup('simulation');
