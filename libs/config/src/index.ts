export { Setting, settingsOf, type DeclaredSetting, type SettingOptions } from './setting.js';
