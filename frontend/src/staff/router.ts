import { createRouter, createWebHistory } from 'vue-router'
import { AREAS, may, type Area } from './lib/sitting'
import type { Role } from './lib/types'

declare module 'vue-router' {
  interface RouteMeta {
    /** Which roles may open the page; left out for everyone. */
    area?: Area
    /** The item of the main navigation that is marked. */
    nav?: 'bank' | 'reviews' | 'blueprints' | 'sittings' | 'assess' | 'own' | 'examiners' | 'sheets' | 'results' | 'certificates' | 'filings' | 'periods' | 'audit' | 'accounts'
  }
}

export const router = createRouter({
  history: createWebHistory('/staff/'),
  routes: [
    { path: '/', name: 'home', component: () => import('./views/Home.vue') },
    { path: '/banks', name: 'banks', component: () => import('./views/BankList.vue'), meta: { area: 'bank', nav: 'bank' } },
    { path: '/banks/:bank', name: 'items', component: () => import('./views/ItemList.vue'), props: true, meta: { area: 'bank', nav: 'bank' } },
    { path: '/banks/:bank/check', name: 'bank-check', component: () => import('./views/bank/CheckPage.vue'), props: true, meta: { area: 'blueprints', nav: 'bank' } },
    { path: '/banks/:bank/outline', name: 'outline', component: () => import('./views/outline/OutlinePage.vue'), props: true, meta: { area: 'blueprints', nav: 'bank' } },
    { path: '/banks/:bank/coverage', name: 'coverage', component: () => import('./views/outline/CoveragePage.vue'), props: true, meta: { area: 'blueprints', nav: 'bank' } },
    { path: '/banks/:bank/import', name: 'bank-import', component: () => import('./views/bank/ImportPage.vue'), props: true, meta: { area: 'blueprints', nav: 'bank' } },
    { path: '/sittings/:sitting/items', name: 'sitting-items', component: () => import('./views/itemstat/SittingItems.vue'), props: true, meta: { area: 'bank', nav: 'bank' } },
    { path: '/reviews', name: 'reviews', component: () => import('./views/review/ReviewPage.vue'), meta: { area: 'bank', nav: 'reviews' } },
    { path: '/reviews/:bank/:code', name: 'review', component: () => import('./views/review/ReviewPage.vue'), props: true, meta: { area: 'bank', nav: 'reviews' } },
    { path: '/blueprints', name: 'blueprints', component: () => import('./views/BlueprintList.vue'), meta: { area: 'blueprints', nav: 'blueprints' } },
    { path: '/blueprints/:blueprint', name: 'blueprint', component: () => import('./views/blueprint/BlueprintPage.vue'), props: true, meta: { area: 'blueprints', nav: 'blueprints' } },
    { path: '/programmes', name: 'programmes', component: () => import('./views/programme/ProgrammeList.vue'), meta: { area: 'register', nav: 'sittings' } },
    { path: '/programmes/new', name: 'programme-new', component: () => import('./views/programme/ProgrammeForm.vue'), meta: { area: 'plan', nav: 'sittings' } },
    { path: '/programmes/:programme', name: 'programme', component: () => import('./views/programme/ProgrammePage.vue'), props: true, meta: { area: 'register', nav: 'sittings' } },
    { path: '/programmes/:programme/edit', name: 'programme-edit', component: () => import('./views/programme/ProgrammeForm.vue'), props: true, meta: { area: 'plan', nav: 'sittings' } },
    { path: '/sittings', name: 'sittings', component: () => import('./views/SittingList.vue'), meta: { area: 'sittings', nav: 'sittings' } },
    { path: '/sittings/new', name: 'sitting-new', component: () => import('./views/SittingForm.vue'), meta: { area: 'plan', nav: 'sittings' } },
    { path: '/sittings/:sitting', name: 'sitting', component: () => import('./views/SittingPage.vue'), props: true, meta: { area: 'sittings', nav: 'sittings' } },
    { path: '/sittings/:sitting/edit', name: 'sitting-edit', component: () => import('./views/SittingForm.vue'), props: true, meta: { area: 'plan', nav: 'sittings' } },
    { path: '/sittings/:sitting/register', name: 'register', component: () => import('./views/Register.vue'), props: true, meta: { area: 'plan', nav: 'sittings' } },
    { path: '/sittings/:sitting/import', name: 'roster-import', component: () => import('./views/day/RosterImport.vue'), props: true, meta: { area: 'plan', nav: 'sittings' } },
    { path: '/sittings/:sitting/rooms', name: 'rooms', component: () => import('./views/day/RoomsPage.vue'), props: true, meta: { area: 'register', nav: 'sittings' } },
    { path: '/sittings/:sitting/ready', name: 'ready', component: () => import('./views/ready/ReadyPage.vue'), props: true, meta: { area: 'register', nav: 'sittings' } },
    { path: '/sittings/:sitting/enrolment', name: 'enrolment', component: () => import('./views/ready/EnrolPage.vue'), props: true, meta: { area: 'register', nav: 'sittings' } },
    { path: '/retention', name: 'retention', component: () => import('./views/custody/RetentionPage.vue'), meta: { area: 'register', nav: 'sittings' } },
    { path: '/venues', name: 'venues', component: () => import('./views/day/VenuePage.vue'), meta: { area: 'register', nav: 'sittings' } },
    { path: '/sittings/:sitting/papers', name: 'day-papers', component: () => import('./views/day/PapersPage.vue'), props: true, meta: { area: 'run', nav: 'sittings' } },
    { path: '/sittings/:sitting/roster', name: 'roster', component: () => import('./views/RosterPrint.vue'), props: true, meta: { area: 'roster', nav: 'sittings' } },
    { path: '/sittings/:sitting/watch', name: 'watch', component: () => import('./views/watch/Watch.vue'), props: true, meta: { area: 'watch', nav: 'sittings' } },
    { path: '/sittings/:sitting/access', name: 'access', component: () => import('./views/access/AccessPage.vue'), props: true, meta: { area: 'watch', nav: 'sittings' } },
    { path: '/sittings/:sitting/protocol', name: 'protocol', component: () => import('./views/access/ProtocolPage.vue'), props: true, meta: { area: 'watch', nav: 'sittings' } },
    { path: '/sittings/:sitting/orders', name: 'orders', component: () => import('./views/watch/OrderLog.vue'), props: true, meta: { area: 'watch', nav: 'sittings' } },
    { path: '/sittings/:sitting/archive', name: 'archive', component: () => import('./views/custody/ArchivePage.vue'), props: true, meta: { area: 'register', nav: 'sittings' } },
    { path: '/sittings/:sitting/paper-sheets', name: 'paper-sheets', component: () => import('./views/custody/PaperSheets.vue'), props: true, meta: { area: 'watch', nav: 'sittings' } },
    { path: '/sittings/:sitting/paper-sheets/:code', name: 'paper-sheet', component: () => import('./views/custody/PaperTyping.vue'), props: true, meta: { area: 'watch', nav: 'sittings' } },
    { path: '/sittings/:sitting/late', name: 'late', component: () => import('./views/late/LatePage.vue'), props: true, meta: { area: 'register', nav: 'sittings' } },
    { path: '/sittings/:sitting/results', name: 'sitting-results', component: () => import('./views/Results.vue'), props: true, meta: { area: 'results', nav: 'results' } },
    { path: '/sittings/:sitting/results/:attempt', name: 'result', component: () => import('./views/ResultPage.vue'), props: true, meta: { area: 'results', nav: 'results' } },
    { path: '/sittings/:sitting/marking', name: 'marking-progress', component: () => import('./views/marking/ProgressPage.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/results', name: 'results', component: () => import('./views/ResultSittings.vue'), meta: { area: 'results', nav: 'results' } },
    { path: '/sittings/:sitting/panels', name: 'panels', component: () => import('./views/assess/PanelPage.vue'), props: true, meta: { area: 'register', nav: 'sittings' } },
    { path: '/sittings/:sitting/release', name: 'release', component: () => import('./views/release/ReleasePage.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/sittings/:sitting/statistics', name: 'statistics', component: () => import('./views/statistics/StatisticsPage.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/sittings/:sitting/export', name: 'export', component: () => import('./views/report/ExportPage.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/sittings/:sitting/materials', name: 'dossiers', component: () => import('./views/evidence/DossierPage.vue'), props: true, meta: { area: 'register', nav: 'sittings' } },
    { path: '/sittings/:sitting/outcomes', name: 'outcomes', component: () => import('./views/outcome/Outcomes.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/sittings/:sitting/outcomes/:registration', name: 'outcome', component: () => import('./views/outcome/OutcomePage.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/sittings/:sitting/outcomes/:registration/:kind(skill|review|skill-[2-9]|review-[2-9])', name: 'signed', component: () => import('./views/outcome/SignedPage.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/sittings/:sitting/outcomes/:registration/appeal', name: 'appeal-file', component: () => import('./views/appeal/AppealFile.vue'), props: true, meta: { area: 'plan', nav: 'results' } },
    { path: '/regrades', name: 'regrades', component: () => import('./views/regrade/RegradeList.vue'), meta: { area: 'register', nav: 'results' } },
    { path: '/regrades/new', name: 'regrade-new', component: () => import('./views/regrade/RegradeNew.vue'), meta: { area: 'plan', nav: 'results' } },
    { path: '/regrades/:regrade', name: 'regrade', component: () => import('./views/regrade/RegradePage.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/appeals', name: 'appeals', component: () => import('./views/appeal/AppealList.vue'), meta: { area: 'results', nav: 'results' } },
    { path: '/appeals/:appeal', name: 'appeal', component: () => import('./views/appeal/AppealPage.vue'), props: true, meta: { area: 'results', nav: 'results' } },
    { path: '/appeals/:appeal/letter', name: 'appeal-letter', component: () => import('./views/appeal/AppealLetter.vue'), props: true, meta: { area: 'register', nav: 'results' } },
    { path: '/sittings/:sitting/certificates', name: 'certificates', component: () => import('./views/certificate/CertificateList.vue'), props: true, meta: { area: 'certificates', nav: 'certificates' } },
    { path: '/certificates/earlier', name: 'certificate-earlier', component: () => import('./views/certificate/EarlierPage.vue'), meta: { area: 'certificates', nav: 'certificates' } },
    { path: '/certificates', name: 'certificate-home', component: () => import('./views/certificate/CertificateHome.vue'), meta: { area: 'certificates', nav: 'certificates' } },
    { path: '/certificate-exports', name: 'certificate-exports', component: () => import('./views/report/CertificateExports.vue'), meta: { area: 'certificates', nav: 'certificates' } },
    { path: '/certificate-templates', name: 'certificate-template', component: () => import('./views/certificate/TemplatePage.vue'), meta: { area: 'register', nav: 'certificates' } },
    { path: '/certificate-batches/:batch', name: 'certificate-batch', component: () => import('./views/certificate/BatchPage.vue'), props: true, meta: { area: 'certificates', nav: 'certificates' } },
    { path: '/certificates/:number', name: 'certificate', component: () => import('./views/certificate/CertificatePage.vue'), props: true, meta: { area: 'certificates', nav: 'certificates' } },
    { path: '/sheets', name: 'sheets', component: () => import('./views/sheets/SheetList.vue'), meta: { area: 'register', nav: 'sheets' } },
    { path: '/sheets/new', name: 'sheet-new', component: () => import('./views/sheets/SheetForm.vue'), meta: { area: 'plan', nav: 'sheets' } },
    { path: '/sheets/:sheet', name: 'sheet', component: () => import('./views/sheets/SheetRead.vue'), props: true, meta: { area: 'register', nav: 'sheets' } },
    { path: '/sheets/:sheet/next', name: 'sheet-next', component: () => import('./views/sheets/SheetForm.vue'), props: true, meta: { area: 'plan', nav: 'sheets' } },
    { path: '/examiners', name: 'examiners', component: () => import('./views/examiner/ExaminerRegister.vue'), meta: { area: 'register', nav: 'examiners' } },
    { path: '/qualification', name: 'own', component: () => import('./views/examiner/ExaminerOwn.vue'), meta: { area: 'assess', nav: 'own' } },
    { path: '/filings', name: 'filings', component: () => import('./views/filing/FilingPage.vue'), meta: { area: 'register', nav: 'filings' } },
    { path: '/reports', name: 'periods', component: () => import('./views/period/PeriodPage.vue'), meta: { area: 'register', nav: 'periods' } },
    { path: '/profiles', name: 'profiles', component: () => import('./views/period/ProfilePage.vue'), meta: { area: 'register', nav: 'periods' } },
    { path: '/trainings', name: 'trainings', component: () => import('./views/period/TrainingPage.vue'), meta: { area: 'register', nav: 'periods' } },
    { path: '/talents', name: 'talents', component: () => import('./views/talent/TalentPage.vue'), meta: { area: 'register', nav: 'periods' } },
    { path: '/corrections', name: 'corrections', component: () => import('./views/correction/CorrectionPage.vue'), meta: { area: 'register', nav: 'periods' } },
    { path: '/audit', name: 'audit', component: () => import('./views/audit/AuditPage.vue'), meta: { area: 'audit', nav: 'audit' } },
    { path: '/accounts', name: 'accounts', component: () => import('./views/account/AccountPage.vue'), meta: { area: 'accounts', nav: 'accounts' } },
    { path: '/account', name: 'own-account', component: () => import('./views/account/OwnPage.vue') },
    { path: '/assess', name: 'assess', component: () => import('./views/assess/AssessHome.vue'), meta: { area: 'assess', nav: 'assess' } },
    { path: '/assess/:sitting/theory', name: 'marking', component: () => import('./views/marking/MarkPage.vue'), props: true, meta: { area: 'assess', nav: 'assess' } },
    { path: '/assess/:sitting/:kind(skill|review|skill-[2-9]|review-[2-9])', name: 'assess-list', component: () => import('./views/assess/TaskList.vue'), props: true, meta: { area: 'assess', nav: 'assess' } },
    { path: '/assess/:sitting/:kind(skill|review|skill-[2-9]|review-[2-9])/:draw', name: 'assess-sheet', component: () => import('./views/assess/SheetPage.vue'), props: true, meta: { area: 'assess', nav: 'assess' } },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./views/Missing.vue') },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { left: 0, top: 0 }),
})

export type NavItem = { area: Area; to: 'banks' | 'reviews' | 'blueprints' | 'sittings' | 'assess' | 'own' | 'examiners' | 'sheets' | 'results' | 'certificate-home' | 'filings' | 'periods' | 'audit' | 'accounts'; nav: 'bank' | 'reviews' | 'blueprints' | 'sittings' | 'assess' | 'own' | 'examiners' | 'sheets' | 'results' | 'certificates' | 'filings' | 'periods' | 'audit' | 'accounts' }

const NAV: readonly NavItem[] = [
  { area: 'bank', to: 'banks', nav: 'bank' },
  { area: 'bank', to: 'reviews', nav: 'reviews' },
  { area: 'blueprints', to: 'blueprints', nav: 'blueprints' },
  { area: 'sittings', to: 'sittings', nav: 'sittings' },
  { area: 'assess', to: 'assess', nav: 'assess' },
  { area: 'assess', to: 'own', nav: 'own' },
  { area: 'results', to: 'results', nav: 'results' },
  { area: 'certificates', to: 'certificate-home', nav: 'certificates' },
  { area: 'register', to: 'examiners', nav: 'examiners' },
  { area: 'register', to: 'sheets', nav: 'sheets' },
  { area: 'register', to: 'filings', nav: 'filings' },
  { area: 'register', to: 'periods', nav: 'periods' },
  { area: 'audit', to: 'audit', nav: 'audit' },
  { area: 'accounts', to: 'accounts', nav: 'accounts' },
]

/** What the main navigation shows to somebody with these roles. */
export function navFor(roles: readonly Role[]): NavItem[] {
  return NAV.filter((n) => may(roles, n.area))
}

/** Where somebody with these roles begins: at the sittings, else at the first page that is theirs. */
export function homeFor(roles: readonly Role[]): NavItem['to'] | null {
  if (roles.some((r) => (AREAS.sittings as readonly Role[]).includes(r))) return 'sittings'
  return navFor(roles)[0]?.to ?? null
}
