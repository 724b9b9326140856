import { runGroup } from '../support/together.js';

runGroup('command-line');
