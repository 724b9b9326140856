import { runGroup } from '../support/together.js';

runGroup('read-models');
