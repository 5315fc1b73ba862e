package api

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"gongyuan/engine/access"
	"gongyuan/engine/archive"
	"gongyuan/engine/assess"
	"gongyuan/engine/batch"
	"gongyuan/engine/byhand"
	"gongyuan/engine/certificate"
	"gongyuan/engine/compose"
	"gongyuan/engine/correction"
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
	"gongyuan/engine/venue"
)

// fieldTexts says what each reason means and what to do.
var fieldTexts = map[string][2]string{
	"phone":                      {"请填写电话号码：5 到 16 位数字。", "Enter a telephone number of 5 to 16 digits."},
	"enrol-files":                {"文件太多或太大。", "Too many files, or too large."},
	"evidence-type":              {"应为能打开的 PDF、JPEG 或 PNG 文件，不加密。", "It has to be a PDF, JPEG or PNG that opens, without encryption."},
	"photo-jpeg":                 {"照片应为 JPEG 图片。", "The photograph has to be a JPEG picture."},
	"photo-bytes":                {"照片文件太大。", "The photograph's file is too large."},
	"photo-small":                {"照片像素太少，请换一张清楚的。", "The photograph has too few pixels; use a clearer one."},
	"photo-ratio":                {"照片的长宽比不对，请重新裁剪。", "The photograph has the wrong shape; crop it again."},
	"no-drill-report":            {"这不是演练报告。请选 gongyuan drill --json 写出的文件。", "This is no drill's report. Choose the file that gongyuan drill --json wrote."},
	"drill-in-the-future":        {"演练的结束时间在将来，请核对那台机器的时钟。", "The drill ended in the future; check the clock of the machine that it ran on."},
	"audit-head":                 {"末条封印写作：序号、冒号、封印，如 gongyuan audit verify 打印的那样。", "A head is a number, a colon and a seal, as gongyuan audit verify prints it."},
	"address-range":              {"请填写 IP 地址或网段，例如 10.3.1.0/24。", "Enter an address or a range, such as 10.3.1.0/24."},
	"web-address":                {"请填写完整的网址，以 http:// 或 https:// 开头，不带 #。", "Enter the whole address, from http:// or https://, without #."},
	"config-key":                 {"配置密钥是 64 位十六进制数。", "A Config Key has 64 hexadecimal digits."},
	"nobody-to-certify":          {"没有可以发证的人：总评合格、成绩已公布而还没有证书的人才能列入。", "Nobody to certify: only released, qualified results without a certificate enter."},
	"too-many-entries":           {"一批最多 5000 人，请分批。", "At most 5,000 in one batch."},
	"between-1-20":               {"请选 1 到 20 个场次。", "Choose 1 to 20 sittings."},
	"between-1-9-lines":          {"请留 1 到 9 行。", "Keep 1 to 9 lines."},
	"between-0-3-lines":          {"最多 3 行。", "At most 3 lines."},
	"portrait-size":              {"照片框宽 20–40、高 28–55 毫米；不要照片框时都填 0。", "The picture is 20–40 mm wide and 28–55 mm high; both 0 for none."},
	"has-photograph":             {"没有缺照片，不用接受。", "No photograph is missing."},
	"length-1-10":                {"请填写 1 到 10 个字。", "Use 1 to 10 characters."},
	"length-0-60":                {"最多 60 个字。", "Use at most 60 characters."},
	"template-field":             {"花括号里的名称不认识，请用列出的名称。", "What stands in braces is no field; use those listed."},
	"picture":                    {"应为 JPEG 或 PNG 图片。", "It has to be a JPEG or PNG picture."},
	"picture-300-kb":             {"图片最大 300 kB。", "At most 300 kB."},
	"does-not-fit":               {"有一行放不下或有字印不出来，请改短。", "A line does not fit or cannot be printed; shorten it."},
	"login-form":                 {"登录名用 2 到 32 个小写字母、数字、点、_ 或 -，以字母或数字开头。", "Use 2 to 32 lower-case letters, digits, dots, _ or -, beginning with a letter or digit."},
	"login-taken":                {"这个登录名已被使用，换一个。", "This login is taken; choose another."},
	"role-needed":                {"至少选一个角色。", "Choose at least one role."},
	"auditor-alone":              {"审计员只能看、不能改，不能同时有别的角色。", "An auditor sees all and changes nothing, and has no other role."},
	"password-length":            {"密码要 10 到 128 个字符。", "A password has 10 to 128 characters."},
	"password-same":              {"不能与原来的密码相同。", "It cannot be the password you had."},
	"password-login":             {"密码里不能有登录名。", "It cannot contain your login."},
	"code-wrong":                 {"验证码不对或已用过。等下一个再试，并核对设备的时间。", "Wrong, or used before. Wait for the next code, and check the device's time."},
	"passkeys-many":              {"最多 10 个通行密钥。请先移除不用的。", "Ten passkeys at most. Remove one first."},
	"passkey-there":              {"这个通行密钥已经登记。", "This passkey is there already."},
	"passkey-refused":            {"浏览器的回答不对或已过期。请再试一次。", "The browser's answer is wrong or late. Try again."},
	"password-wrong":             {"现在的密码不对。", "The present password is wrong."},
	"length-1-100":               {"请填写 1 到 100 个字。", "Use 1 to 100 characters."},
	"length-1-40":                {"请填写 1 到 40 个字。", "Use 1 to 40 characters."},
	"between-1-5":                {"请填写 1 到 5。", "Use 1 to 5."},
	"between-1-1000":             {"请填写 1 到 1000。", "Use 1 to 1000."},
	"between-0-10000":            {"请填写 0 到 10000。", "Use 0 to 10000."},
	"points-range":               {"每题分值要大于 0，不超过 100 分。", "Points must be above 0 and at most 100."},
	"sums-to-100":                {"加起来要等于 100。", "These must add up to 100."},
	"no-such-range":              {"细目表中没有这个鉴定范围。", "The outline has no such range."},
	"range-overlap":              {"这个范围与另一个范围重叠。", "This range overlaps another."},
	"blueprint-weights":          {"至少要有一个范围的权重大于 0。", "At least one range needs a weight above 0."},
	"blueprint-id":               {"编号只能用小写字母、数字、点和连字符，最多 64 个。", "Use lower-case letters, digits, dots and hyphens, at most 64."},
	"blueprint-bank":             {"已有的方案不能换题库，请新建一份。", "A blueprint keeps its bank; make a new one."},
	"duplicate":                  {"重复。", "Stands here twice."},
	"outline-code":               {"代码不对：范围是一到三个大写字母（A-B-C），鉴定点在三级范围之下再加三位数字（A-B-C-001）。", "Wrong code: ranges are one to three capital letters (A-B-C), points add three digits below a range of level 3 (A-B-C-001)."},
	"workbook":                   {"不是可以读的 Excel 文件（.xlsx），或文件太大。", "Not a workbook (.xlsx) that can be read, or too large."},
	"no-outline-sheet":           {"文件里没有细目表：要有名为“细目表”的工作表，或含“代码、名称、比重、重要程度”的表头。", "The file has no outline: it needs a sheet 细目表, or a header with 代码, 名称, 比重, 重要程度."},
	"value-missing":              {"必须有内容，现在是空的。", "Must not be empty."},
	"value-too-long":             {"超过接收单位要求的长度。", "Longer than the receiver takes."},
	"value-not-in-list":          {"不在接收单位的代码表里。", "Not in the receiver's list of codes."},
	"no-picture":                 {"没有照片。", "Has no picture."},
	"picture-name-twice":         {"照片的文件名与另一张相同。", "The picture's name is that of another."},
	"photo-name":                 {"照片命名要含 {number}、{name}、{document}、{admission} 之一，其余只能是字母、数字、- 和 _。", "Names of pictures need one of {number}, {name}, {document}, {admission}; the rest is letters, digits, - and _."},
	"only-with-photos":           {"带照片时才填。", "Only where pictures go along."},
	"industry":                   {"行业要填列出的名称之一。", "The industry has to be one of those listed."},
	"yes-no":                     {"只能填“是”或“否”。", "Yes or no."},
	"no-such-candidate":          {"没有这名考生，请核对身份证件号。", "No such candidate; check the identity number."},
	"changed-meanwhile":          {"别人刚刚改过，请再导入一次。", "Somebody changed it meanwhile; import it again."},
	"table-head":                 {"第一行要有这些列名：身份证件号、姓名、单位、城市、行业。", "The first line needs the columns 身份证件号, 姓名, 单位, 城市, 行业."},
	"room-plan":                  {"座位图每行要一样长，1 到 30 行、1 到 30 列。", "Every row of the plan has to be as long as the others: 1 to 30 rows and columns."},
	"room-without-seats":         {"座位图里没有可用的座位。", "The plan has no seat that can be used."},
	"network":                    {"要写成 10.0.3.0/24 或 10.0.3.15 这样。", "Write it like 10.0.3.0/24 or 10.0.3.15."},
	"room-name-twice":            {"同一场次的考场不能同名。", "Two rooms of a sitting cannot have the same name."},
	"no-invigilator":             {"这个账号不是监考员，或重复。", "This account is no invigilator, or stands here twice."},
	"no-such-seat":               {"本场次的考场里没有这个座位，或它不可用。", "No room of the sitting has this seat, or it is not to be used."},
	"roster-head":                {"没有找到表头：前 10 行里要有“姓名”和“身份证件号”两列。", "No headings: the columns 姓名 and 身份证件号 have to be in the first 10 lines."},
	"text-file":                  {"不是可以读的文本文件，请另存为 Excel（.xlsx）或 UTF-8 的 CSV。", "Not a text file that can be read; save it as a workbook (.xlsx) or CSV in UTF-8."},
	"table-head-training":        {"第一行要有这些列名：身份证件号、姓名、培训类别、开始日期、学时、培训机构。", "The first line needs the columns 身份证件号, 姓名, 培训类别, 开始日期, 学时, 培训机构."},
	"training-kind":              {"只能填“初任培训”或“轮训”。", "Only 初任培训 (initial) or 轮训 (rotation)."},
	"table-head-earlier":         {"第一行要有这些列名：证书编号、姓名、证件号码（完整）、职业名称、等级、发证日期、发证机构。", "The first line needs the columns 证书编号, 姓名, 证件号码, 职业名称, 等级, 发证日期, 发证机构."},
	"number-shape":               {"不是已知的证书编号：1 个字母加 21 位数字，2 个字母加 20 位数字，或 16 位数字。", "No known certificate number: 1 letter and 21 digits, 2 letters and 20 digits, or 16 digits."},
	"number-position":            {"证书编号有一位不对：字母是 Y 或 S，省份代码、等级（1 到 5）和序号要有效。", "One position of the number is wrong: the letter is Y or S; province, level (1 to 5) and serial must exist."},
	"other-level-in-number":      {"编号里的等级与填的不同，请核对。", "The number says another level; check it."},
	"issued-here":                {"这个编号是本程序发的证，不用导入。", "This certificate was issued here; it need not be imported."},
	"document-type":              {"证件类型填居民身份证、护照等证书上可用的证件。", "The document is a resident identity card, a passport or another that certificates may name."},
	"certificate-state":          {"证书状态填“有效”或“作废”，不填算有效。", "The state is 有效 (valid) or 作废 (revoked); empty means valid."},
	"day":                        {"日期要年在前，例如 2026-03-05。Excel 里可把日期列设为文本。", "Dates have the year first, such as 2026-03-05. In a workbook, make the column text."},
	"ends-before":                {"结束日期不能早于开始日期。", "The last day cannot be before the first."},
	"passed-failed":              {"只能填“合格”或“不合格”。", "Only 合格 (passed) or 不合格 (failed)."},
	"words-changed":              {"同意的内容已更新，请刷新后再看一遍。", "The words to agree to have changed; reload and read them again."},
	"length-2-400":               {"请填写 2 到 400 个字。", "Use 2 to 400 characters."},
	"length-0-400":               {"最多 400 个字。", "At most 400 characters."},
	"table-empty":                {"表里没有内容。", "The table is empty."},
	"table-long":                 {"最多 2000 行，请分成几次。", "At most 2,000 rows; send them in several parts."},
	"period":                     {"期间写作 2026-Q4 或 2026。", "A period is written 2026-Q4 or 2026."},
	"period-ahead":               {"这一期还没有开始。", "This period has not begun."},
	"no-such-site":               {"登记中没有本机构的这个站点。", "The register has no such site of this body."},
	"digits-4":                   {"机构代码是 4 位数字。", "A body's code has 4 digits."},
	"digits-6":                   {"站点序列号是 6 位数字。", "A site's serial has 6 digits."},
	"only-of-a-site":             {"只有站点才填所属机构。", "Only a site belongs to a body."},
	"own-body":                   {"只有评价机构可以是本机构。", "Only a body can be the installation's own."},
	"before-last-step":           {"日期不能早于上一步。", "The day cannot be before that of the last step."},
	"only-when-filed":            {"只有备案和延续才填有效期。", "Validity is given when it is filed or renewed only."},
	"before-from":                {"有效期止不能早于有效期起。", "The last day cannot be before the first."},
	"only-by-change":             {"只有变更和重新申请才能改机构信息。", "Particulars are altered by a change or a new application only."},
	"in-the-future":              {"日期不能晚于今天。", "The day cannot be after today."},
	"required":                   {"必须填写。", "This is required."},
	"length-2-200":               {"请填写 2 到 200 个字。", "Use 2 to 200 characters."},
	"length-0-200":               {"最多 200 个字。", "Use at most 200 characters."},
	"length-1-20":                {"请填写 1 到 20 个字。", "Use 1 to 20 characters."},
	"length-1-60":                {"请填写 1 到 60 个字。", "Use 1 to 60 characters."},
	"length-2-80":                {"请填写 2 到 80 个字。", "Use 2 to 80 characters."},
	"minLength":                  {"太短。", "Too short."},
	"maxLength":                  {"太长。", "Too long."},
	"minimum":                    {"数值太小。", "The number is too small."},
	"maximum":                    {"数值太大。", "The number is too large."},
	"minItems":                   {"至少要有一项。", "At least one is needed."},
	"maxItems":                   {"项数太多，请分成几次。", "Too many; send them in several parts."},
	"enum":                       {"不是可选的值。", "Not one of the allowed values."},
	"type":                       {"格式不对。", "Wrong kind of value."},
	"format":                     {"格式不对。", "Wrong format."},
	"unknown":                    {"不是可选的值。", "Not one of the allowed values."},
	"out-of-range":               {"不在允许的范围内。", "Outside the allowed range."},
	"no-such-level":              {"标准中没有这个等级。", "The standard has no such level."},
	"no-such-blueprint":          {"没有这个组卷方案。", "There is no such blueprint."},
	"between-1-480":              {"请填写 1 到 480 分钟。", "Use 1 to 480 minutes."},
	"between-0-240":              {"请填写 0 到 240 分钟。", "Use 0 to 240 minutes."},
	"after-opens":                {"结束时间要晚于开始时间。", "The end must be after the beginning."},
	"in-the-past":                {"结束时间已经过去。", "The end is in the past."},
	"window-too-long":            {"场次不能超过 400 天。", "A sitting lasts at most 400 days."},
	"within-window":              {"不能超过场次的时间。", "Must lie within the window."},
	"identity":                   {"不是有效的居民身份证号码，请核对 18 位号码。", "Not a valid resident identity number; check its 18 characters."},
	"divides-the-full-marks":     {"要能整除本行的配分。", "Must divide the row's full marks."},
	"not-a-step":                 {"扣分要按本行规定的步长。", "A deduction goes by the row's step."},
	"retakes-used-up":            {"补考次数已用完；如重新报考全部项目，请选“全部重考”。", "No retakes are left; to take every component again, choose so."},
	"twice":                      {"与本批中另一行重复。", "Stands in another line of this batch too."},
	"taken":                      {"本场次中已被占用。", "Already taken."},
	"characters":                 {"只能用字母、数字和连字符。", "Use letters, digits and hyphens only."},
	"other-name-known":           {"这个证件号已登记为另一个姓名，请核对。", "This number is known under another name; check it."},
	"between-1-9":                {"请填写 1 到 9。", "Use 1 to 9."},
	"between-1-100":              {"请填写 1 到 100。", "Use 1 to 100."},
	"weights-above-100":          {"各站的权重加起来超过 100%。", "The weights of the stations come to more than 100 percent."},
	"length-0-40":                {"最多 40 个字。", "Use at most 40 characters."},
	"length-0-80":                {"最多 80 个字。", "Use at most 80 characters."},
	"length-0-500":               {"最多 500 个字。", "Use at most 500 characters."},
	"length-2-500":               {"请填写 2 到 500 个字。", "Use 2 to 500 characters."},
	"date":                       {"请填写日期，例如 2027-06-30。", "Give a date, such as 2027-06-30."},
	"year":                       {"请填写 2000 年到今年的年份。", "Give a year from 2000 to this one."},
	"card-number-and-day":        {"证号和有效期要一起填写。", "Give the card's number and its last day, both."},
	"no-chair":                   {"这个账号没有考评组长的角色。", "This account does not hold the role chair."},
	"no-examiner":                {"这个账号不是考评员。", "This account is no examiner."},
	"trimmed-from-5":             {"去掉最高最低分再平均，至少要五名考评员。", "A trimmed mean needs five examiners."},
	"of-another-component":       {"评分表属于别的等级或项目。", "The sheet belongs to another level or component."},
	"not-scored-at-this-level":   {"这个等级没有这一项。", "This level has no such component."},
	"between-lowest-and-highest": {"分数要在考评员的最低分和最高分之间。", "Use marks between the lowest and the highest score."},
	"no-veto-was-reported":       {"没有考评员报告否定项。", "No examiner reported a veto."},
	"within-the-row":             {"扣分不能超过本行配分。", "A deduction cannot exceed the row's marks."},
	"more-than-allowed":          {"超过允许的次数。", "More often than allowed."},
	"two-markers":                {"至少要有两名阅卷员。", "At least two markers are needed."},
	"two-per-type":               {"每种题型至少要有两名阅卷员，一人评不能定分。", "Each type of question needs two markers; one alone settles nothing."},
	"between-0-100":              {"请填写 0 到 100。", "Use 0 to 100."},
	"zero-or-2-1000":             {"请填写 2 到 1000；0 表示不抽查。", "Use 2 to 1000, or 0 for never."},
	"within-a-day":               {"请填写 0 到 86400 秒。", "Use 0 to 86400 seconds."},
	"within-the-points":          {"分数要在 0 和本题满分之间。", "Use marks from 0 to what the question is worth."},
	"certificate-number":         {"不是有效的证书编号，请核对 22 位编号。", "Not a valid certificate number; check its 22 characters."},
	"number-or-document":         {"请填写证书编号或证件号码，只填一项。", "Give the certificate number or the document number, one of them."},
	"empty":                      {"必须填写。", "This is required."},
	"second-login":               {"第二人的登录名或密码不对。", "The second person's login or password is wrong."},
	"second-role":                {"这个账号不能做第二人。", "This account cannot be the second person."},
	"one-scope":                  {"请选一个考位、一个考场，或全部考生，只选一项。", "Choose one seat, one room, or everybody."},
	"no-such-room":               {"本场次没有这个考场或考位。", "This sitting has no such room or seat."},
	"minutes-needed":             {"请填写 1 到 240 分钟。", "Use 1 to 240 minutes."},
	"minutes-not-used":           {"暂停和恢复不填分钟数。", "Pausing and resuming take no minutes."},
	"digest":                     {"文件不完整或被改过，请重新导出。", "The file is incomplete or was changed; export it again."},
	"other-attempt":              {"这份文件属于另一位考生。", "This file belongs to another candidate."},
	"sequence-twice":             {"序号重复。", "A sequence stands here twice."},
	"columns-1-80":               {"请用 1 到 80 列。", "Use 1 to 80 columns."},
	"not-of-this-field":          {"这个字段不能用这种写法。", "This field cannot be written so."},
	"only-of-fixed-text":         {"只有“固定文字”才填内容。", "Only a fixed text has a value."},
	"twice-in-map":               {"列名重复。", "This heading stands twice."},
	"length-1-200":               {"请填写 1 到 200 个字。", "Use 1 to 200 characters."},
	"point-form":                 {"鉴定点要写成 A-B-C-001 这样。", "Write the point like A-B-C-001."},
	"point-full":                 {"这个鉴定点的题号已用完。", "No code is left for this point."},
	"item-code":                  {"题号要写成 B-A-B-C-001-001 这样。", "Write the code like B-A-B-C-001-001."},
	"picture-type":               {"只接受 PNG 和 JPEG 图片。", "Only PNG and JPEG images are taken."},
	"picture-size":               {"图片要在 512 KiB、4096 像素以内。", "Images may have up to 512 KiB and 4096 pixels."},
	"picture-missing":            {"有图片没有上传成功，请重新粘贴。", "A picture is missing; paste it again."},
	"bank-file-size":             {"文件要在 64 MB 以内，且不能是空的。", "The file must not be empty and has at most 64 MB."},
	"nothing-to-export":          {"没有可导出的题：所选的题都还没有提交过。", "Nothing to export: none of the chosen items was ever handed in."},
	"no-editor":                  {"这个账号不能审题。", "This account does not review items."},
	"author-reviews":             {"写过这一题的人不能审它。", "Who wrote it cannot review it."},
	"length-2-1000":              {"请填写 2 到 1000 个字。", "Use 2 to 1000 characters."},
	"no-such-item":               {"没有这道题。", "There is no such item."},
	"on-no-paper":                {"没有已结束的场次用过这道题。", "No sitting that is closed has used this item."},
	"not-closed":                 {"这个场次还没有结束，或不存在。", "This sitting is not closed, or does not exist."},
	"no-other-revision":          {"这道题没有更新的已发布修订。", "The item has no newer published revision."},
	"not-published":              {"这个修订还没有发布。", "This revision is not published."},
	"same-key":                   {"这个修订的答案与试卷上的相同。", "This revision's key is that of the papers."},
	"other-type":                 {"这个修订改了题型，不能按它的答案判分。", "This revision is of another type; its key cannot mark these answers."},
	"other-options":              {"这个修订的选项不同，不能按它的答案判分。", "This revision has other options; its key cannot mark these answers."},
	"options-moved":              {"这个修订调换了选项，不能按它的答案判分。", "This revision moved its options; its key cannot mark these answers."},
	"marked-by-people":           {"这道题由人阅卷，没有可换的答案。", "This item is marked by people and has no key to change."},
	"nothing-left":               {"有的试卷会一题不剩。", "Some paper would be left with nothing."},
	"not-appealable":             {"这一项现在不能这样申请复核。", "This cannot be appealed against in this way."},
	"no-reviewer":                {"这个账号不能担任复核人。", "This account cannot review."},
	"has-scored":                 {"此人评过这名考生的这一项，不能复核。", "This person scored the candidate and may not review."},
	"within-full":                {"分数要在 0 和满分之间。", "Marks lie between 0 and the full marks."},
	"length-2-60":                {"请填写 2 到 60 个字。", "Use 2 to 60 characters."},
	"file-type":                  {"只收 PDF、JPEG、PNG 文件。按内容判断，改扩展名没有用。", "Only PDF, JPEG and PNG are taken, by their content."},
	"file-broken":                {"文件损坏或不完整，请重新导出或重新拍照。", "The file is damaged or cut off; export it or take it again."},
	"file-too-large":             {"文件太大：照片最多 8 MB，PDF 最多 20 MB。", "Too large: a photo has at most 8 MB, a PDF 20 MB."},
	"file-pixels":                {"照片的像素太多，请用较低的分辨率。", "Too many pixels; use a lower resolution."},
	"file-encrypted":             {"PDF 有密码，请去掉密码后再上传。", "The PDF has a password; upload it without."},
	"file-no-image":              {"请上传 JPEG 或 PNG 照片。", "Upload a JPEG or PNG photo."},
	"file-part":                  {"没有这一段。", "There is no such part."},
	"file-part-length":           {"这一段的长度不对。", "This part has the wrong length."},
	"between-0-86400":            {"时间不对。", "Not a valid time."},
	"below-roster":               {"名额不能少于已登记的人数。", "Not fewer places than people are registered."},
	"between-1-100000":           {"请填写 1 到 100000 的名额。", "Use 1 to 100,000 places."},
	"pick-day":                   {"请选一个日期。", "Choose a day."},
	"programme-capacity":         {"超过认定计划给这个等级的名额，请减少，或先修改计划。", "More places than the programme has for the level; take fewer, or change the programme first."},
	"programme-days":             {"请给这个等级的每个科目填日期。", "Give the days of every component of the level."},
	"programme-given":            {"名额不能少于已分给场次的。", "Not fewer places than its sittings have."},
	"programme-leaves-out":       {"已安排的场次不再符合：等级、站点或日期。请先修改那个场次。", "A sitting that is planned no longer fits by its level, site or days; change the sitting first."},
	"programme-level":            {"这个认定计划没有这个等级。", "The programme does not have this level."},
	"programme-levels":           {"至少选一个等级。", "Choose at least one level."},
	"programme-site":             {"站点要与认定计划的相同。", "The site has to be the programme's."},
	"programme-theory-days":      {"要在认定计划的理论考试日期之内。", "It has to lie within the programme's days of the theory exam."},
	"no-such-programme":          {"没有这个认定计划，或已撤销。", "There is no such programme, or it was withdrawn."},
	"no-such-component":          {"这个等级没有这个科目。", "The level has no such component."},
	"response":                   {"这个作答不适合本题。", "This response does not fit the question."},
}

func fieldText(reason, lang string) string {
	texts, ok := fieldTexts[reason]
	if !ok {
		texts = [2]string{"填写有误。", "Not valid."}
	}
	if lang == "en" {
		return texts[1]
	}
	return texts[0]
}

// checkBody holds a request body against the contract's schema. It returns a
// *fieldsError that names each field, by JSON pointer.
func checkBody(schema *openapi3.Schema, body []byte) error {
	var value any
	dec := json.NewDecoder(strings.NewReader(string(body)))
	if err := dec.Decode(&value); err != nil || dec.More() {
		return errMalformed
	}
	err := schema.VisitJSON(value, openapi3.MultiErrors(), openapi3.VisitAsRequest())
	if err == nil {
		return nil
	}
	var out fieldsError
	collect(err, &out)
	return &out
}

func collect(err error, out *fieldsError) {
	var many openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case errors.As(err, &many):
		for _, e := range many {
			collect(e, out)
		}
	case errors.As(err, &one):
		if inner, ok := one.Origin.(openapi3.MultiError); ok {
			collect(inner, out)
			return
		}
		out.fields = append(out.fields, sitting.FieldError{Field: pointer(one.JSONPointer()), Reason: one.SchemaField})
	}
}

// fieldsError is a request whose fields are wrong; reasons are codes of the
// table in fields.go.
type fieldsError struct{ fields []sitting.FieldError }

func (e *fieldsError) Error() string { return "api: fields are wrong" }

// named is one field with what is wrong about it.
func named(field, reason string) []sitting.FieldError {
	return []sitting.FieldError{{Field: field, Reason: reason}}
}

// fieldOf finds an error of one package that names a field; nil for none.
func fieldOf[E ~struct{ Field, Reason string }, P interface {
	*E
	error
}](err error) []sitting.FieldError {
	var of P
	if !errors.As(err, &of) {
		return nil
	}
	return []sitting.FieldError{sitting.FieldError(*of)}
}

// fieldErrors are the errors that name a field, package by package.
var fieldErrors = []func(error) []sitting.FieldError{
	fieldOf[sitting.FieldError],
	fieldOf[archive.FieldError], fieldOf[retention.FieldError], fieldOf[byhand.FieldError], fieldOf[evidence.FieldError], fieldOf[enrol.FieldError],
	fieldOf[readiness.FieldError], fieldOf[access.FieldError], fieldOf[periodic.FieldError], fieldOf[filing.FieldError], fieldOf[batch.FieldError],
	fieldOf[proctor.FieldError], fieldOf[personnel.FieldError], fieldOf[compose.FieldError], fieldOf[itemstat.FieldError], fieldOf[editorial.FieldError],
	fieldOf[result.FieldError], fieldOf[assess.FieldError], fieldOf[people.FieldError], fieldOf[marking.FieldError], fieldOf[report.FieldError],
	fieldOf[certificate.FieldError], fieldOf[venue.FieldError], fieldOf[seating.FieldError], fieldOf[correction.FieldError], fieldOf[intake.FieldError],
	fieldOf[talent.FieldError], fieldOf[programme.FieldError],
}

// fieldsOf lists the fields that an error names; nil for none.
func fieldsOf(err error) []sitting.FieldError {
	var fields *fieldsError
	var entries *sitting.EntriesError
	var file *evidence.TypeError
	var table *intake.TableError
	var list *roster.TableError
	var taken *sitting.TakenError
	var number *certificate.NumberError
	switch {
	case errors.As(err, &fields):
		return fields.fields
	case errors.As(err, &entries):
		return entries.Faults
	case errors.As(err, &file):
		return named("/file", file.Reason)
	case errors.As(err, &table):
		return named("/data", table.Reason)
	case errors.As(err, &list):
		return named("/data", list.Reason)
	case errors.As(err, &taken):
		return named("/to"+strings.ToUpper(taken.Field[:1])+taken.Field[1:], "taken")
	case errors.As(err, &number):
		return named("/number", "certificate-number")
	}
	for _, of := range fieldErrors {
		if found := of(err); found != nil {
			return found
		}
	}
	return nil
}
