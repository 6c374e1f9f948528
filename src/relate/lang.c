/* SPDX-License-Identifier: ISC */
#include "relate/lang.h"

#include <string.h>

#include "base/str.h"

/*
 * The function words tell languages of one script apart and are left out of
 * the features: while a store is small, or holds a language in few articles,
 * document frequencies cannot do that.  Where Snowball has no stemmer for a
 * language that inflects, words are cut to their first letters.
 */
/* clang-format off */
const struct lang lang_table[] = {
	{"", NULL, 0,
	    ""},
	{"ar", "arabic", 0,
	    "في من على إلى عن أن التي الذي هذا هذه ما لا كان كانت قد مع "
	    "بعد بين كل ذلك لم أو ثم حيث وقد هو هي لكن إن أنه كما عند "
	    "منذ حتى وفي ومن"},
	{"bg", NULL, 6,
	    "и на в от за да се с по не е че са като до при това който "
	    "която ще"},
	{"ca", "catalan", 0,
	    "el la els les de del i en un una que per amb a al no es ha "
	    "són com"},
	{"cs", NULL, 5,
	    "a v se na je že s z do o i to k ve pro za by ale jako po "
	    "které který jsou od bylo byl ze při tak už jeho není než "
	    "také až nebo podle jsem si"},
	{"da", "danish", 0,
	    "og i at det er en den til på for af de med der ikke som har "
	    "et om var han fra men sig kan vil blev også efter"},
	{"de", "german", 0,
	    "der die und in den von zu das mit sich des auf für ist im "
	    "dem nicht ein eine als auch es an werden aus er hat dass "
	    "sie nach wird bei einer um am sind noch wie einem über "
	    "einen so zum war haben nur oder aber vor zur bis mehr durch "
	    "man sein wurde sei ich wir ihr ihre seine kann wenn habe "
	    "unter hatte worden dieser diese dieses gegen vom schon "
	    "keine doch was will"},
	{"el", "greek", 0,
	    "και το να του η της με που την από για ο τα στο οι τον σε "
	    "των είναι θα στην δεν τη στη τους μια ότι ένα ως"},
	{"en", "english", 0,
	    "the of to and a in that is for on with as it was by at from "
	    "be are he has have this an not but his they which or will "
	    "had its who were been their said would more about one also "
	    "after if we you she her him them there what when than so up "
	    "out no can into over all could i my our us do did some how "
	    "just other than because while where before being these "
	    "those during between through against under may should new "
	    "says say your me"},
	{"es", "spanish", 0,
	    "de la que el en y a los del se las por un para con no una "
	    "su al lo como más pero sus le ya o este sí porque esta "
	    "entre cuando muy sin sobre también me hasta hay donde quien "
	    "desde todo nos durante todos uno les ni contra otros ese "
	    "eso ha fue son es era han ser está según tras"},
	{"et", NULL, 6,
	    "ja on ei et see ka oli kui ning aga mis oma ta või nii kes "
	    "siis"},
	{"fa", NULL, 0,
	    "و در به از که این را با است برای آن یک خود تا کرد بر هم نیز "
	    "شد می"},
	{"fi", "finnish", 0,
	    "ja on ei että se oli hän mutta ovat myös kun joka mukaan "
	    "sekä tai niin ole sen ollut jos kuin"},
	{"fr", "french", 0,
	    "de la le et les des en un du une que est pour qui dans a "
	    "par plus pas au sur ne se ce il sont avec son aux d l sa "
	    "mais ou comme cette ont ses été elle nous on leur y être "
	    "fait deux lors après entre si tout ces selon aussi leurs "
	    "sans depuis était avait je vous même dont contre"},
	{"ga", "irish", 0,
	    "agus an na ar go sa is le bhí ag a i do"},
	{"he", NULL, 0,
	    "של את על לא הוא עם זה כי גם היא אל או אם כל יותר אבל בין "
	    "אחרי היה"},
	{"hi", "hindi", 0,
	    "के में की है और से का को पर ने एक यह कि भी हैं था इस हो कर "
	    "लिए नहीं"},
	{"hr", NULL, 6,
	    "i u je se na da za od su s a o koji kako što će iz ne bi "
	    "ili nije"},
	{"hu", "hungarian", 0,
	    "a az és hogy nem is egy volt ez meg csak már de még mint "
	    "után el van vagy szerint"},
	{"hy", "armenian", 0,
	    "և է որ են այդ այս մի ու համար հետ նրա"},
	{"id", "indonesian", 0,
	    "yang dan di dengan untuk pada ini dari dalam tidak itu akan "
	    "ke adalah oleh juga telah sebagai karena para bisa"},
	{"it", "italian", 0,
	    "di e il la che in un a per è del una i non le con della si "
	    "da al dei nel alla sono come gli lo anche ha delle più "
	    "nella ma ai dal suo o se dalla loro sul hanno stato questo "
	    "questa dopo essere tra degli ed alle sua ci cui era quando "
	    "solo fatto nei chi"},
	{"ja", NULL, 0,
	    "こと もの ため よう さん それ これ ところ する いる ある なる れる られる せる ない です ます した "
	    "して いた いて ている から まで など という として について により による"},
	{"ko", NULL, 0,
	    "있다 있는 이다 그리고 하지만 것으로 것이 대한 위해 통해 한다 했다"},
	{"lt", "lithuanian", 0,
	    "ir į kad su yra iš tai buvo ne o bet kaip už nuo dėl po jau"},
	{"lv", NULL, 6,
	    "un ir ka no uz ar par kas arī bija pēc bet to tika vai"},
	{"ne", "nepali", 0,
	    "र छ को मा ले गरेको भएको पनि हो यो"},
	{"nl", "dutch", 0,
	    "de van het een en in is dat op te zijn voor met die niet "
	    "aan er om ook als dan maar bij uit door nog naar heeft hij "
	    "ze tot over wordt was worden kan meer geen of had hebben"},
	{"no", "norwegian", 0,
	    "og i det er på til en at som for av de med har ikke den et "
	    "om var han fra seg men vil kan ble også etter"},
	{"pl", NULL, 5,
	    "w i na z do się nie że o jest to po od przez jak za a ze "
	    "dla są tym który która które co ale oraz być był było była "
	    "już czy jego jej tylko może tego przed także ma przy ich "
	    "tej więc też lub pod roku został ten tak by bardzo jako"},
	{"pt", "portuguese", 0,
	    "de a o que e do da em um para com não uma os no se na por "
	    "mais as dos como mas foi ao ele das tem à seu sua ou ser "
	    "quando muito há nos já está eu também só pelo pela até isso "
	    "ela entre era depois"},
	{"ro", "romanian", 0,
	    "de și în a la cu pe că din care nu este o pentru un mai "
	    "sunt au fost al ale sau prin fi dar după ce s-a într"},
	{"ru", "russian", 0,
	    "и в не на что с по как из к у от за о для это а его то до "
	    "но он также при был было года мы все так ее они чтобы были "
	    "быть со если уже или может только которые который об этом "
	    "же бы я их"},
	{"sk", NULL, 5,
	    "a v na sa je že s z do o to k pre za by ale ako po ktoré "
	    "ktorý sú od bol"},
	{"sl", NULL, 6,
	    "in je v se na da za so z pa ki po s ne tudi bi iz kot ali"},
	{"sr", "serbian", 0,
	    "и у је се на да за од су с о који како што ће из не би или "
	    "није"},
	{"sv", "swedish", 0,
	    "och i att det som en på är av för med den till inte har de "
	    "ett om var han från men vi sig kan ska efter också"},
	{"ta", "tamil", 0,
	    "மற்றும் ஒரு இந்த என்று என அவர் உள்ள"},
	{"th", NULL, 0,
	    "ที่ และ การ เป็น ใน ของ ได้ จะ ให้ มี ว่า ไม่ กับ ไป นี้ มา "
	    "โดย จาก ความ ซึ่ง แต่ หรือ แล้ว"},
	{"tr", "turkish", 0,
	    "ve bir bu da de için ile olarak çok daha olan en gibi ne o "
	    "ama kadar var sonra ise diye her mi olduğu ki veya göre"},
	{"uk", NULL, 6,
	    "і в у на з що не до та за це як про від для а й по він його "
	    "або але при із які який також був було були після"},
	{"vi", NULL, 0,
	    "và của là có cho các được trong một những với không người "
	    "này đã khi để từ đến theo tại về ra"},
	{"yi", "yiddish", 0,
	    "און די אין צו פון דער איז א מיט אז האט"},
	{"zh", NULL, 0,
	    "的 了 在 是 和 有 也 不 这 与 对 为 将 等 及 于 就 都 而 被 以 上 中 其 他 个 从 到 并 但 "
	    "说 后 这個 這 與 對 為 將 於 個 從 說 後"},
};
/* clang-format on */

const size_t lang_count = AK_COUNT(lang_table);

unsigned
lang_from_tag(const char *tag)
{
	size_t len;

	if (tag == NULL)
		return 0;
	len = strcspn(tag, "-_");
	if (len == 2 &&
	    (ascii_ieq_n(tag, "nb", 2) || ascii_ieq_n(tag, "nn", 2)))
		tag = "no";
	for (unsigned i = 1; i < lang_count; i++) {
		if (len == 2 && ascii_ieq_n(tag, lang_table[i].code, 2))
			return i;
	}
	return 0;
}
