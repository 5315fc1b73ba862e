package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"gongyuan/api/contract"
	"gongyuan/bank"
	"gongyuan/bank/draw"
	"gongyuan/engine/access"
	"gongyuan/engine/archive"
	"gongyuan/engine/assess"
	"gongyuan/engine/attempt"
	"gongyuan/engine/batch"
	"gongyuan/engine/byhand"
	"gongyuan/engine/certificate"
	"gongyuan/engine/compose"
	"gongyuan/engine/correction"
	"gongyuan/engine/daysheet"
	"gongyuan/engine/diploma"
	"gongyuan/engine/editorial"
	"gongyuan/engine/enrol"
	"gongyuan/engine/evidence"
	"gongyuan/engine/filing"
	"gongyuan/engine/intake"
	"gongyuan/engine/itemstat"
	"gongyuan/engine/marking"
	"gongyuan/engine/people"
	"gongyuan/engine/periodic"
	"gongyuan/engine/personnel"
	"gongyuan/engine/print"
	"gongyuan/engine/proctor"
	"gongyuan/engine/programme"
	"gongyuan/engine/readiness"
	"gongyuan/engine/report"
	"gongyuan/engine/result"
	"gongyuan/engine/retention"
	"gongyuan/engine/roster"
	"gongyuan/engine/seating"
	"gongyuan/engine/sitting"
	"gongyuan/engine/talent"
	"gongyuan/engine/transcript"
	"gongyuan/engine/venue"
)

// kind is a problem type. Its wire form is the URN below.
type kind string

const problemURN = "urn:gongyuan:problem:"

// wording is what a problem says: what happened, what to do.
type wording struct {
	status   int
	zhTitle  string
	zhDetail string
	enTitle  string
	enDetail string
}

// problems is the one table of all problem types.
var problems = map[kind]wording{
	"invalid-login":      {401, "登录信息不对", "请核对后再试。", "Wrong sign-in", "Check what you typed and try again."},
	"too-many-attempts":  {429, "尝试次数太多", "请过一会儿再试，或请工作人员帮助。", "Too many attempts", "Wait a moment, or ask the staff for help."},
	"unauthenticated":    {401, "没有登录或登录已过期", "请重新登录。", "Not signed in", "Sign in again."},
	"forbidden":          {403, "没有权限", "当前账号不能做这件事。", "Not allowed", "This account may not do that."},
	"outside-limits":     {403, "不在您的范围内", "这个账号只处理指定站点或等级的场次、指定等级的题库。需要时请管理员在“账号”页修改。", "Outside your limits", "This account deals with the sittings of some sites or levels, and the question banks of those levels, only. An administrator can change that on the page “Accounts”."},
	"not-found":          {404, "没有找到", "可能已被移走，或不属于您。", "Not found", "It may have been removed, or is not yours."},
	"invalid":            {422, "填写有误", "请按每一项的提示修改。", "Something is not right", "Correct each field that is named."},
	"malformed":          {400, "请求无法读懂", "请刷新网页后再试。", "The request cannot be read", "Reload the page and try again."},
	"too-large":          {413, "内容太大", "请分成几次提交。", "Too large", "Send it in several parts."},
	"not-open-yet":       {409, "还没到开考时间", "请在候考页等候，到时自动开始。", "Not open yet", "Wait on the waiting page; it starts by itself."},
	"too-late-to-start":  {409, "已过允许进入的时间", "请举手告诉监考员。", "Too late to start", "Tell the invigilator."},
	"rules-not-accepted": {409, "还没有确认考场规则", "请先阅读并勾选考场规则。", "Rules not accepted", "Read the rules and tick them first."},
	"taken-over":         {409, "考试已在另一台电脑上继续", "本页只能查看。如果不是您换的，请立即举手。", "Your exam continues elsewhere", "This page is read-only. If this was not you, raise your hand."},
	"seq-gap":            {409, "中间有作答没有送到", "网页会自动补送。", "Earlier answers are missing", "The page sends them again by itself."},
	"seq-conflict":       {409, "服务器的记录与本机不同", "不要关闭网页，请举手告诉监考员。", "The server's record differs", "Keep the page open and raise your hand."},
	"attempt-closed":     {409, "已经收卷", "答案不能再改变。", "Already collected", "Answers can no longer change."},
	"after-deadline":     {409, "截止时间已过", "之后送到的作答已单独保存，由考务负责人决定是否计入。", "After the deadline", "What arrived later is kept apart for the supervisor's decision."},
	"proctor-state":      {409, "现在不能这样做", "这个座位或求助的状态已经不同，请看一看再做。", "Not possible now", "The seat or the call stands otherwise by now; look again."},
	"proctor-conflict":   {409, "别人刚刚处理过", "请看一看现在的状态再做。", "Somebody was quicker", "Look how it stands now, then act."},
	"proctor-used":       {409, "这个编号已用于别的操作", "请刷新网页后再做。", "This id stands for something else", "Reload the page and try again."},
	"incident-settled":   {409, "这次断线已经补过时间", "另有人刚刚补过，没有再补一次。请看时间指令；还要多给，请另外补时。", "The loss is made good already", "Somebody else has just done so, and nothing was added twice. See the orders; extend once more if more is due."},
	"code-needed":        {401, "请输入验证码", "这个账号有第二因素：请输入验证器上的 6 位验证码，或一个恢复码。", "A code is needed", "This account has a second factor: type the 6 digits of your authenticator, or a recovery code."},
	"wrong-code":         {401, "验证码不对", "验证码 30 秒一换，每个只能用一次；请等下一个再试，并核对设备的时间。", "Wrong code", "Codes change every 30 seconds and are good once; wait for the next, and check the device's time."},
	"passkey-stale":      {401, "通行密钥的询问已过期", "每次询问五分钟内有效，只能回答一次。请再试一次。", "The question to the passkey has run out", "Each is good once, for five minutes. Try again."},
	"passkey-suspect":    {401, "这个通行密钥已停用", "它的计数倒退，可能有人复制了它。请用恢复码登录，移除它，并告诉管理员。", "This passkey is shut out", "Its counter went back: somebody may have copied it. Sign in by a recovery code, remove it, and tell an administrator."},
	"no-passkeys":        {409, "这里不能用通行密钥", "请用验证器或恢复码。", "No passkeys here", "Use an authenticator app or a recovery code."},
	"password-run-out":   {401, "一次性密码已过期", "请管理员重置密码。", "The one-time password has run out", "Ask an administrator for a new one."},
	"needs-password":     {403, "请先改密码", "这个密码是别人给的，只能用来设置自己的密码。", "Choose a password first", "This one was given by somebody else and is good for choosing your own only."},
	"needs-factor":       {403, "请先设置第二因素", "您的角色能改成绩、答案或证书，登录除密码外还需要验证码。请在“我的账号”页设置。", "Set up a second factor first", "Your roles can change results, keys or certificates: signing in takes a code besides the password. Set it up on the page of your account."},
	"own-account":        {409, "不能改自己的账号", "角色、等级、停用和重置，要由另一位管理员来做。", "Not for your own account", "Another administrator has to change its roles and levels, disable or reset it."},
	"factor-there":       {409, "已经有第二因素", "要换设备，请先取消现在的。", "There is a second factor already", "Take it away first to use another device."},
	"start-code":         {403, "开考口令不对", "请填写监考员在考场宣布的开考口令。", "The start code is not right", "Enter the code that was told in the room."},
	"address-refused":    {403, "这台电脑不在本考场", "请使用本考场的电脑，或举手告诉监考员。", "This computer is not of the room", "Use a computer of the room, or tell the invigilator."},
	"seb-required":       {403, "请用安全考试浏览器进入", "请用本场次的配置文件打开安全考试浏览器，再登录进入；不会的请举手。", "Safe Exam Browser is needed", "Open Safe Exam Browser with the file of this sitting and sign in there; raise your hand if you cannot."},
	"page-locked":        {403, "考试页面已锁定", "作答已保存。请举手，等监考员解锁；解锁后自动进入。", "The exam page is locked", "Answers are saved. Raise your hand; the exam goes on once the invigilator has unlocked it."},
	"moved-away":         {409, "您已换到别的座位", "这个页面不能再作答。请到新座位用登录码进入，或举手告诉监考员。", "You were moved to another seat", "This page can write no more. Sign in at the new seat with the code, or tell the invigilator."},
	"not-started":        {409, "考试还没有开始", "请先进入考试。", "Not started", "Enter the exam first."},
	"not-submitted":      {409, "还没有交卷", "交卷后才有回执。", "Not submitted yet", "The receipt comes with the submission."},
	"not-released":       {409, "成绩还没有公布", "以评价机构公布为准。", "Results are not released", "They come with the release."},
	"not-sealed":         {409, "试卷还没有封存", "请等候通知。", "Papers are not sealed yet", "Please wait."},
	"no-theory":          {409, "您这次没有理论考试", "您只参加准考证上写明的其他科目，请按准考证的时间和地点到场，或询问工作人员。", "No theory exam for you this time", "You take the other components only, at the time and place on your admission ticket. Ask the staff if in doubt."},
	"busy":               {429, "服务器正忙", "答案已记在本机，会自动重发。", "The server is busy", "Answers are kept on this computer and sent again."},
	"unavailable":        {503, "服务暂时不可用", "正在自动重试；若持续，请告诉管理员。", "Temporarily unavailable", "Trying again; tell the administrator if it lasts."},
	"conflict":           {409, "别人刚刚改过", "请刷新后再做。", "Someone changed it meanwhile", "Reload and do it again."},
	"wrong-state":        {409, "现在不能这样做", "这个场次的状态已经不同，请刷新。", "Not possible now", "The sitting is in another state; reload."},
	"sitting-full":       {409, "名额不够", "请减少人数，或请管理员在计划里增加名额。", "Not enough places", "Register fewer, or have an administrator add places in the plan."},
	"programme-used":     {409, "已有场次属于这个计划", "有场次的计划不能撤销。请先把那些场次改到别的计划，或改为不属于计划。", "Sittings are part of the programme", "Move them to another programme, or to none, before it is withdrawn."},
	"nobody-registered":  {409, "还没有登记考生", "先登记考生，再封卷。", "Nobody is registered", "Register candidates before sealing."},
	"enrol-there":        {409, "这个证件号已报过名", "用报名号查状态；被退回的，查到后重新提交。", "There is an application with this document", "Look at its state by its number; what was returned is sent again from there."},
	"enrol-closed":       {409, "现在不受理报名", "请看报名时间；有疑问请联系评价机构。", "No applications are taken now", "See when they are; ask the assessing body if in doubt."},
	"no-enrolment":       {404, "没有查到", "请核对报名号或准考证号，和证件号码。", "Nothing is found", "Check the number and the document."},
	"drill-known":        {409, "这份演练报告已经登记过", "不用再登记。", "This drill's report is there already", "There is nothing more to do."},
	"seal-unasked":       {409, "还没有第一人提请封卷", "封卷要两人：先由一位管理员提请，再由另一位批准。", "Nobody proposed to seal", "Two people seal: one administrator proposes, another approves."},
	"seal-void":          {409, "提请之后有改动，第一人的签名作废", "计划、名单、座位或题库变了。请核对后重新提请封卷。", "Changed since the first signature, which is void", "The plan, the roster, a seat or the bank changed. Check it and propose again."},
	"not-ready":          {409, "还有考前检查没有完成", "请先完成，或写明理由再开考；理由会记入操作记录和考场记录。", "Checks before the exam are not done", "Do them first, or give a reason to open all the same; it stands in the record and in the protocol."},
	"shortage":           {409, "题库不能满足组卷方案", "", "The bank cannot fulfil the blueprint", ""},
	"score-locked":       {409, "评分已锁定", "已签名的评分不能再改。", "The score is locked", "A signed score can no longer change."},
	"score-incomplete":   {409, "还不能签名", "还有未评的项目或待判定的否定项。", "Cannot sign yet", "Rows are not scored, or vetoes not decided."},
	"candidate-absent":   {409, "考生已记为缺考", "如有误，请考务先取消缺考。", "Recorded as absent", "If this is wrong, have the absence withdrawn first."},
	"already-appointed":  {409, "已经有了", "这一站的考评小组已组成。请刷新后再看。", "Already there", "The station has a panel. Reload."},
	"candidate-scored":   {409, "已有考评员给这名考生评分", "评过分的考生不能记缺考。请先核对抽签号。", "Scored already", "Somebody who was scored cannot be absent; check the draw number."},
	"unlock-asked":       {409, "已经申请过解锁", "申请在等第二人决定，不用再申请。", "Asked already", "The request waits for a second person; there is no need to ask again."},
	"score-unsigned":     {409, "这份评分没有签名", "没有签名的评分可以直接修改，不用解锁。", "Not signed", "A score that is not signed can be changed as it is."},
	"unfit-panel":        {409, "考评小组不合规定", "请按每一条换人或补登记；确有必要时写明理由，由另一位管理员确认。人数不合规定的不能例外。", "The panel breaks rules", "Change it as each line says. If it cannot be helped, give a reason for another administrator to approve; the number of examiners has no exception."},
	"marking-blind":      {409, "阅卷没有结束，还不能看", "您在本场次阅卷。为了看不到考生是谁，全部评完后才能打开成绩。", "Not while you mark", "You mark papers of this sitting. Results open once all is marked, so that you do not see whose they are."},
	"piece-taken":        {409, "这一份已由别人评", "超过 15 分钟没有评，已交给别人。请评下一份。", "Somebody else marks it", "It was in hand for more than 15 minutes. Go on with the next."},
	"mark-settled":       {409, "已经定分，不能再改", "请评下一份。如有误，请告诉考务。", "Settled", "It can no longer be corrected. Go on with the next, and tell the administrator of an error."},
	"results-released":   {409, "成绩已经公布", "公布后不能再改评分；请走复核。", "Results are released", "Scores stay as they are; use an appeal."},
	"file-closed":        {409, "现在不能增加或移除文件", "评分已签名，或材料已截止。", "Files can no longer change", "The score is signed, or the time for materials is over."},
	"file-limit":         {409, "文件太多", "请先移除不需要的文件。", "Too many files", "Remove some first."},
	"file-digest":        {409, "文件在路上损坏了", "网页会重新上传。", "The file was damaged on its way", "The page uploads it again."},
	"parts-missing":      {409, "文件还没有传完", "网页会补传缺少的部分。", "Parts of the file are missing", "The page sends them."},
	"second-person":      {422, "需要第二人确认", "确认人不能是同一个人；刚由对方（或由同一位管理员）开立账号、重置密码或第二因素的人，过一段时间才能互相确认。请换一位同事。", "A second person is needed", "It cannot be the same person, nor for a while somebody whose account the other, or the same administrator, has just made or reset. Ask another colleague."},
	"no-result":          {404, "没有查到成绩", "请核对准考证号和查询码。成绩公布前查不到。", "No result found", "Check the admission number and the code. Nothing is found before the release."},
	"proof-needed":       {428, "查询前需要一次核验", "网页会自动完成，约一秒。", "A check comes first", "The page does it by itself, in about a second."},
	"withheld":           {409, "成绩暂缓公布", "请与评价机构联系。", "The result is withheld", "Ask the assessing body."},
	"cannot-print":       {409, "有内容印不出来", "打印字体里没有其中的字，或文字太长。", "Something cannot be printed", "The font of printed pages lacks a character, or a text is too long."},
	"batch-blocked":      {409, "还有人不能发证", "请先处理标出的问题，或把这些人列出本批并写明理由。", "Somebody in the batch cannot be certified", "Settle what is marked, or leave those entries out with a reason."},
	"nothing-issued":     {409, "还没有有效的证书", "先给总评合格者发证，再打印。", "No valid certificates yet", "Issue to those who qualified, then print."},
	"nothing-released":   {409, "还没有可导出的成绩", "成绩公布后才能导出。", "Nothing to export yet", "Results can be exported once they are released."},
	"author-approves":    {422, "命题人不能审核自己写的题", "请由没有写过这一修订的人审核；账号刚由命题人（或同一位管理员）开立或重置的，过一段时间才能审核。", "An author may not approve", "Somebody who wrote none of this revision must approve it, and for a while nobody whose account an author, or the same administrator, has just made or reset."},
	"item-conflict":      {409, "别人已先保存", "您写的内容还在，请与新的内容对比后再存。", "Somebody saved first", "What you wrote is still here; compare it and save again."},
	"item-stage":         {409, "这一题现在不能这样做", "它的状态已经不同，请重新打开。", "Not possible for this item now", "Its state has changed; open it again."},
	"key-change":         {409, "这一修订改变答案", "请确认答案确实要改。已用过的试卷和成绩不会自动改变。", "This revision alters the key", "Confirm that this is meant. Papers and results that used it do not change by themselves."},
	"import-used":        {409, "这一批不能撤销", "列出的题已用于试卷，或导入后改动过。不再要的题可以逐题停用。", "This import cannot be undone", "The items listed are on papers, or were changed since. Retire one by one what is no longer wanted."},
	"item-unfit":         {422, "这一题还不能提交", "请先改好列出的各项。", "This item cannot be handed in yet", "Mend what is listed first."},
	"appeal-late":        {409, "已过申请期限", "公布后的申请期限已满。", "Too late to appeal", "The time to appeal after the release is over."},
	"plan-stage":         {409, "这份方案现在不能这样做", "它的状态已经不同，请重新打开。", "Not possible for this blueprint now", "Its state has changed; open it again."},
	"not-filed":          {409, "本机构没有有效的备案", "不能开考，也不能发证。请管理员在“备案”页登记本机构的备案、有效期。", "This body is not filed", "It can open no sitting and issue no certificate. An administrator has to enter its filing and validity on the page “Filing”."},
	"filing-run-out":     {409, "本机构的备案不在有效期内", "不能开考，也不能发证。请管理员在“备案”页登记延续。", "This body's filing is not valid today", "It can open no sitting and issue no certificate. An administrator has to enter the renewal on the page “Filing”."},
	"site-not-filed":     {409, "这个场次的站点没有有效的备案", "不能开考。请管理员在“备案”页登记站点的备案、延续，或改为别的站点。", "The site of this sitting is not filed", "It cannot open. An administrator has to enter the site's filing or renewal on the page “Filing”, or name another site."},
	"own-entered":        {409, "本机构已登记", "请刷新后打开已有的那一条。", "This body is entered already", "Reload and open its entry."},
	"export-faults":      {409, "有内容不合接收单位的要求", "请按预览里列出的逐条更正，再导出。", "Some values are not as the receiver asks", "Mend what the preview lists, then export."},
	"export-gone":        {409, "这一批不能再原样取出", "用到的照片或记录已经不在。请重新导出一批。", "This run cannot be made again", "A picture or record that it used is no longer there. Make a new one."},
	"not-seated":         {409, "还有考生没有座位", "先排好座位，再封卷。", "Not everybody has a seat", "Seat everybody before sealing."},
	"roster-changed":     {409, "名单或场次已变，与刚才显示的不同", "请重新选择文件，再看一遍结论。", "Not as it was shown", "Choose the file again and look at the verdicts once more."},
	"seating-changed":    {409, "名单、考场或座位已变", "请重新试排。", "Roster, rooms or seats changed", "Make another proposal."},
	"no-rooms":           {409, "本场次还没有考场", "先在“考场”页选择考场。", "The sitting has no rooms", "Choose rooms on the page “Rooms” first."},
	"nobody-seated":      {409, "没有可以打印的人", "名单里的考生还没有座位。", "Nobody to print", "Nobody on the roster has a seat."},
	"roster-undone":      {409, "这次导入已经撤销", "请刷新。", "Undone already", "Reload."},
	"correction-open":    {409, "这一项已有申请在处理", "请等待工作人员答复后再提出。", "One about this is waiting already", "Wait for the answer before you ask again."},
	"correction-many":    {409, "申请次数已达上限", "请直接联系评价机构。", "You have asked too often", "Get in touch with the body directly."},
	"correction-decided": {409, "这份申请已经处理", "请刷新后再看。", "This request was decided", "Reload and look again."},
	"talent-state":       {409, "人才库里的状态已经不同", "可能已同意，或已撤回。请刷新后再看。", "The state in the pool has changed", "It may have been agreed to or withdrawn already. Reload and look again."},
	"not-certified":      {409, "没有有效的证书", "只有持有效证书的人才能列入人才库。", "No certificate that counts", "Only people with a certificate that counts can be in the pool."},
	"points-in-use":      {409, "有鉴定点还有题目，不能删除", "请先把这些题移到别的鉴定点，或把鉴定点改为停用。", "Points with items cannot be deleted", "Move their items to another point first, or retire the points."},
	"archive-broken":     {409, "归档文件不完整或被改动", "不要使用它的内容。请与另存的副本核对，并报告负责人。", "The archive is not whole, or was changed", "Do not rely on it. Compare it with a copy that was kept elsewhere, and report it."},
	"archive-key":        {409, "打开归档文件的密钥不在", "它是用以前的密钥加密的，请把那个密钥加回设置。", "The key of the archive is not at hand", "It was encrypted under an earlier secret; put that back into the settings."},
	"retention-changed":  {409, "清单已变，没有删除", "请重新看清单，再提请一次。", "The list has changed; nothing was deleted", "Look at the list again and propose anew."},
	"other-person":       {422, "要由另一个人来做", "两次录入由两个人各做一次；不同之处由第三个人核对。", "Another person is needed", "Two people type, once each; a third settles where they differ."},
	"paper-state":        {409, "现在不能这样做", "考试已结束、成绩已公布，或这份试卷已录完。请刷新后再看。", "Not possible now", "The exam has ended, results are released, or the paper is entered already. Reload and look again."},
	"access-over":        {403, "查阅期限已过", "请重新申请。", "The access has run out", "Ask again."},
	"internal":           {500, "服务器出错", "请稍后再试，并把编号告诉管理员。", "Something went wrong", "Try again later and tell the administrator the number."},
}

// table says which problem an error of the domain is. The first match counts.
var table = []struct {
	err  error
	kind kind
}{
	{errUnauthenticated, "unauthenticated"},
	{errForbidden, "forbidden"},
	{errRules, "rules-not-accepted"},
	{errNotReleased, "not-released"},
	{diploma.ErrForbidden, "forbidden"},
	{errProof, "proof-needed"},
	{errNotSealed, "not-sealed"},
	{errNoTheory, "no-theory"},
	{errMalformed, "malformed"},
	{people.ErrPassword, "invalid-login"},
	{people.ErrSession, "unauthenticated"},
	{people.ErrReused, "unauthenticated"},
	{people.ErrNotFound, "not-found"},
	{people.ErrWeak, "invalid"},
	{people.ErrInvalid, "invalid"},
	{people.ErrConflict, "conflict"},
	{attempt.ErrTakenOver, "taken-over"},
	{attempt.ErrGap, "seq-gap"},
	{attempt.ErrConflict, "seq-conflict"},
	{attempt.ErrDecided, "conflict"},
	{attempt.ErrSettled, "incident-settled"},
	{attempt.ErrLate, "after-deadline"},
	{attempt.ErrClosed, "attempt-closed"},
	{attempt.ErrState, "wrong-state"},
	{attempt.ErrNotFound, "not-found"},
	{attempt.ErrInvalid, "malformed"},
	{attempt.ErrNotStarted, "not-started"},
	{attempt.ErrNotSubmitted, "not-submitted"},
	{attempt.ErrBusy, "busy"},
	{attempt.ErrUnavailable, "unavailable"},
	{sitting.ErrFull, "sitting-full"},
	{sitting.ErrNobody, "nobody-registered"},
	{sitting.ErrUnseated, "not-seated"},
	{daysheet.ErrNobody, "nobody-seated"},
	{enrol.ErrNotFound, "not-found"},
	{enrol.ErrForbidden, "forbidden"},
	{enrol.ErrConflict, "conflict"},
	{enrol.ErrThere, "enrol-there"},
	{enrol.ErrClosed, "enrol-closed"},
	{enrol.ErrState, "wrong-state"},
	{enrol.ErrInvalid, "invalid"},
	{errNoEnrolment, "no-enrolment"},
	{readiness.ErrNotFound, "not-found"},
	{readiness.ErrForbidden, "forbidden"},
	{readiness.ErrKnown, "drill-known"},
	{readiness.ErrInvalid, "invalid"},
	{programme.ErrUsed, "programme-used"},
	{programme.ErrNotFound, "not-found"},
	{programme.ErrForbidden, "forbidden"},
	{programme.ErrConflict, "conflict"},
	{programme.ErrState, "wrong-state"},
	{programme.ErrInvalid, "invalid"},
	{venue.ErrNotFound, "not-found"},
	{venue.ErrForbidden, "forbidden"},
	{venue.ErrConflict, "conflict"},
	{venue.ErrState, "wrong-state"},
	{venue.ErrInvalid, "invalid"},
	{seating.ErrNotFound, "not-found"},
	{seating.ErrForbidden, "forbidden"},
	{seating.ErrConflict, "conflict"},
	{seating.ErrChanged, "seating-changed"},
	{seating.ErrState, "wrong-state"},
	{seating.ErrRooms, "no-rooms"},
	{seating.ErrInvalid, "invalid"},
	{roster.ErrNotFound, "not-found"},
	{roster.ErrForbidden, "forbidden"},
	{roster.ErrConflict, "conflict"},
	{roster.ErrDigest, "roster-changed"},
	{roster.ErrState, "roster-undone"},
	{sitting.ErrUnasked, "seal-unasked"},
	{sitting.ErrVoid, "seal-void"},
	{sitting.ErrSecondPerson, "second-person"},
	{sitting.ErrNotReady, "not-ready"},
	{sitting.ErrNotFound, "not-found"},
	{sitting.ErrNotYet, "not-open-yet"},
	{sitting.ErrTooLate, "too-late-to-start"},
	{sitting.ErrConflict, "conflict"},
	{sitting.ErrState, "wrong-state"},
	{sitting.ErrInvalid, "invalid"},
	{retention.ErrNotFound, "not-found"},
	{retention.ErrForbidden, "forbidden"},
	{retention.ErrSecondPerson, "second-person"},
	{retention.ErrConflict, "retention-changed"},
	{retention.ErrState, "wrong-state"},
	{retention.ErrInvalid, "invalid"},
	{byhand.ErrNotFound, "not-found"},
	{byhand.ErrSecondPerson, "other-person"},
	{byhand.ErrConflict, "conflict"},
	{byhand.ErrState, "paper-state"},
	{byhand.ErrInvalid, "invalid"},
	{archive.ErrKey, "archive-key"},
	{archive.ErrBroken, "archive-broken"},
	{archive.ErrOver, "access-over"},
	{archive.ErrNotFound, "not-found"},
	{archive.ErrForbidden, "forbidden"},
	{archive.ErrSecondPerson, "second-person"},
	{archive.ErrConflict, "conflict"},
	{archive.ErrState, "wrong-state"},
	{archive.ErrInvalid, "invalid"},
	{assess.ErrNotFound, "not-found"},
	{assess.ErrForbidden, "forbidden"},
	{assess.ErrConflict, "conflict"},
	{assess.ErrLocked, "score-locked"},
	{assess.ErrIncomplete, "score-incomplete"},
	{assess.ErrAbsent, "candidate-absent"},
	{assess.ErrDuplicate, "already-appointed"},
	{assess.ErrScored, "candidate-scored"},
	{assess.ErrAsked, "unlock-asked"},
	{assess.ErrUnsigned, "score-unsigned"},
	{assess.ErrState, "wrong-state"},
	{assess.ErrSecondPerson, "second-person"},
	{assess.ErrReleased, "results-released"},
	{assess.ErrUnfit, "unfit-panel"},
	{assess.ErrInvalid, "invalid"},
	{errMarking, "marking-blind"},
	{marking.ErrNotFound, "not-found"},
	{marking.ErrForbidden, "forbidden"},
	{marking.ErrTaken, "piece-taken"},
	{people.ErrOutside, "outside-limits"},
	{personnel.ErrHasFactor, "factor-there"},
	{personnel.ErrCodeNeeded, "code-needed"},
	{personnel.ErrSuspect, "passkey-suspect"},
	{personnel.ErrNoPasskeys, "no-passkeys"},
	{personnel.ErrStale, "passkey-stale"},
	{personnel.ErrCode, "wrong-code"},
	{errGivenRanOut, "password-run-out"},
	{errNeedsPassword, "needs-password"},
	{errNeedsFactor, "needs-factor"},
	{personnel.ErrForbidden, "forbidden"},
	{personnel.ErrOwn, "own-account"},
	{personnel.ErrInvalid, "invalid"},
	{proctor.ErrLocked, "page-locked"},
	{proctor.ErrMoved, "moved-away"},
	{access.ErrCode, "start-code"},
	{access.ErrAddress, "address-refused"},
	{access.ErrSEB, "seb-required"},
	{access.ErrNotFound, "not-found"},
	{access.ErrConflict, "conflict"},
	{access.ErrState, "wrong-state"},
	{access.ErrInvalid, "invalid"},
	{proctor.ErrNotFound, "not-found"},
	{proctor.ErrState, "proctor-state"},
	{proctor.ErrConflict, "proctor-conflict"},
	{proctor.ErrUsed, "proctor-used"},
	{proctor.ErrInvalid, "invalid"},
	{marking.ErrSettled, "mark-settled"},
	{marking.ErrConflict, "conflict"},
	{marking.ErrState, "wrong-state"},
	{marking.ErrInvalid, "invalid"},
	{evidence.ErrNotFound, "not-found"},
	{evidence.ErrForbidden, "forbidden"},
	{evidence.ErrClosed, "file-closed"},
	{evidence.ErrFull, "file-limit"},
	{evidence.ErrDigest, "file-digest"},
	{evidence.ErrParts, "parts-missing"},
	{evidence.ErrConflict, "conflict"},
	{evidence.ErrRefused, "invalid"},
	{evidence.ErrInvalid, "invalid"},
	{batch.ErrNotFound, "not-found"},
	{batch.ErrForbidden, "forbidden"},
	{batch.ErrConflict, "conflict"},
	{batch.ErrSecondPerson, "second-person"},
	{batch.ErrState, "wrong-state"},
	{batch.ErrBlocked, "batch-blocked"},
	{batch.ErrInvalid, "invalid"},
	{certificate.ErrNotFound, "not-found"},
	{certificate.ErrConflict, "conflict"},
	{certificate.ErrSecondPerson, "second-person"},
	{certificate.ErrState, "wrong-state"},
	{certificate.ErrInvalid, "invalid"},
	{certificate.ErrNumber, "invalid"},
	{certificate.ErrBusy, "busy"},
	{errNoResult, "no-result"},
	{transcript.ErrWithheld, "withheld"},
	{print.ErrGlyph, "cannot-print"},
	{diploma.ErrLong, "cannot-print"},
	{errNothingIssued, "nothing-issued"},
	{report.ErrNotFound, "not-found"},
	{report.ErrForbidden, "forbidden"},
	{report.ErrConflict, "conflict"},
	{report.ErrEmpty, "nothing-released"},
	{report.ErrFaulty, "export-faults"},
	{report.ErrGone, "export-gone"},
	{report.ErrInvalid, "invalid"},
	{filing.ErrNone, "not-filed"},
	{filing.ErrNotFiled, "not-filed"},
	{filing.ErrRunOut, "filing-run-out"},
	{filing.ErrSite, "site-not-filed"},
	{filing.ErrNotFound, "not-found"},
	{filing.ErrForbidden, "forbidden"},
	{filing.ErrConflict, "conflict"},
	{filing.ErrDuplicate, "own-entered"},
	{filing.ErrState, "wrong-state"},
	{filing.ErrInvalid, "invalid"},
	{roster.ErrInvalid, "invalid"},
	{intake.ErrForbidden, "forbidden"},
	{intake.ErrConflict, "conflict"},
	{intake.ErrNotFound, "not-found"},
	{intake.ErrInvalid, "invalid"},
	{correction.ErrForbidden, "forbidden"},
	{correction.ErrConflict, "conflict"},
	{correction.ErrNotFound, "not-found"},
	{correction.ErrOpen, "correction-open"},
	{correction.ErrMany, "correction-many"},
	{correction.ErrDecided, "correction-decided"},
	{correction.ErrInvalid, "invalid"},
	{talent.ErrForbidden, "forbidden"},
	{talent.ErrConflict, "conflict"},
	{talent.ErrNotFound, "not-found"},
	{talent.ErrState, "talent-state"},
	{talent.ErrNone, "not-certified"},
	{talent.ErrInvalid, "invalid"},
	{periodic.ErrForbidden, "forbidden"},
	{periodic.ErrConflict, "conflict"},
	{periodic.ErrInvalid, "invalid"},
	{compose.ErrForbidden, "forbidden"},
	{compose.ErrInUse, "points-in-use"},
	{compose.ErrConflict, "conflict"},
	{compose.ErrStage, "plan-stage"},
	{compose.ErrSecondPerson, "second-person"},
	{compose.ErrInvalid, "invalid"},
	{bank.ErrNotFound, "not-found"},
	{bank.ErrUnavailable, "unavailable"},
	{bank.ErrSecondPerson, "author-approves"},
	{bank.ErrConflict, "item-conflict"},
	{bank.ErrStage, "item-stage"},
	{editorial.ErrKeyChange, "key-change"},
	{editorial.ErrUnfit, "item-unfit"},
	{editorial.ErrUsed, "import-used"},
	{editorial.ErrInvalid, "invalid"},
	{itemstat.ErrNotFound, "not-found"},
	{itemstat.ErrForbidden, "forbidden"},
	{itemstat.ErrState, "wrong-state"},
	{itemstat.ErrInvalid, "invalid"},
	{result.ErrNotFound, "not-found"},
	{result.ErrSecondPerson, "second-person"},
	{result.ErrConflict, "conflict"},
	{result.ErrForbidden, "forbidden"},
	{result.ErrLate, "appeal-late"},
	{result.ErrNothingLeft, "wrong-state"},
	{result.ErrState, "wrong-state"},
	{result.ErrInvalid, "invalid"},
	{context.DeadlineExceeded, "unavailable"},
}

// Errors of the edge itself.
var (
	errUnauthenticated = errors.New("api: not signed in")
	errForbidden       = errors.New("api: role may not call this")
	errRules           = errors.New("api: rules not accepted")
	errNotReleased     = errors.New("api: results are not released")
	errNotSealed       = errors.New("api: papers are not sealed")
	errNoTheory        = errors.New("api: no theory exam for this candidate")
	errMarking         = errors.New("api: results are not for those who still mark them")
	errMalformed       = errors.New("api: body is no JSON value")
)

// waitError is a refusal that ends by waiting.
type waitError struct{ after time.Duration }

func (e *waitError) Error() string { return "api: too many attempts" }

// problemOf turns an error into what travels. The second value tells whether
// the cause is ours and belongs in the log.
func problemOf(err error, lang, requestID string) (contract.Problem, bool) {
	k, known := kindOf(err)
	w := problems[k]
	p := contract.Problem{Type: problemURN + string(k), Status: w.status, RequestId: requestID, Title: w.zhTitle}
	detail := w.zhDetail
	if lang == "en" {
		p.Title, detail = w.enTitle, w.enDetail
	}
	var short *draw.Shortage
	if errors.As(err, &short) {
		detail = short.Text(lang)
	}
	var full *sitting.FullError
	if errors.As(err, &full) {
		detail = fullText(full, lang)
	}
	var glyph *print.GlyphError
	if errors.As(err, &glyph) {
		detail = fmt.Sprintf("%s（%s，U+%04X）", detail, string(glyph.Rune), glyph.Rune)
	}
	p.Detail = &detail
	describe(&p, err, lang)
	return p, !known
}

func kindOf(err error) (kind, bool) {
	var short *draw.Shortage
	var wait *waitError
	var fields *fieldsError
	var fe *fiber.Error
	var busy *busyError
	switch {
	case errors.As(err, &busy):
		return "busy", true
	case errors.As(err, &short):
		return "shortage", true
	case errors.As(err, &wait):
		return "too-many-attempts", true
	case errors.As(err, &fields):
		return "invalid", true
	}
	for _, row := range table {
		if errors.Is(err, row.err) {
			return row.kind, true
		}
	}
	if errors.As(err, &fe) {
		switch fe.Code {
		case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
			return "not-found", true
		case fiber.StatusRequestEntityTooLarge:
			return "too-large", true
		case fiber.StatusBadRequest, fiber.StatusUnsupportedMediaType, fiber.StatusUnprocessableEntity, fiber.StatusRequestHeaderFieldsTooLarge:
			return "malformed", true
		}
	}
	return "internal", false
}
