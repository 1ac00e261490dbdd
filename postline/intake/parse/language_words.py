"""What languages are told by: small words, those that people write to a help desk with, telling groups of letters.

The groups ("_" is the end of a word) are those whose share in a language is more than twice that in any other of
its alphabet, counted over the translations of Django.
"""

from __future__ import annotations

LATIN_WORDS = {
    "en": (
        "question questions possible impossible application connection secret forgot forgotten server down mail email "
        "update service support user users please issue problem problems regarding team file files document "
        "the and to of a in is that it for you on with are this have be not i my we can your at was please "
        "hello hi dear thanks thank me how from has but when cannot can't don't i'm what do am or if so an "
        "as will help need account password card would could there any get been which no yes why does did "
        "they them their should were being just only also into out about after before again still where who "
        "what's it's i've doesn't didn't won't isn't anyone someone something anything every never always "
        "regards since three days working works worked sent send sending received receive open log login "
        "sign able unable error message messages wrong lost new old last year week phone button page solved "
        "problem complaint folder mailbox cancel request find give let know want see try tried trying"
    ),
    "nl": (
        "de het een en van ik niet is in dat op te met voor maar er mijn aan zijn wat als naar bij om kan "
        "geen ook heb u je hoe uw wij kunt wel nog dit deze beste hallo bedankt groet groeten graag "
        "wachtwoord werkt krijg hebben wordt heeft meer mij we kunnen hulp alvast vriendelijke goedemorgen "
        "inloggen waar wanneer waarom wie welke jullie jouw ons onze hun haar hem hij zij ze niets iets "
        "alles alle altijd nooit weer terug sinds drie dagen gaat doet staat komt kom kun moet moeten wil "
        "willen zou zouden werd worden geweest gehad maken gemaakt verzonden ontvangen versturen verzenden "
        "berichten bericht mails bijlage foutmelding fout probleem opgelost klacht over vergeten vraag "
        "vanuit iemand iedereen andere twee keer laatste nieuws mogelijk dank hartelijk geachte mevrouw heer "
        "dag goedemiddag goedenavond telefoon inlog aanmelden openen lukt kwijt even zo'n via"
    ),
    "de": (
        "problem probleme gelöst geht's server support frage fragen antwort anfrage hilfe falsch falsches "
        "der die das und ist ich nicht ein eine zu in den mit sie auf für es von dem im mir mein meine wie "
        "kann haben habe hat auch wir sich aber bei noch oder bitte guten tag hallo danke grüße grüssen sehr "
        "geehrte passwort anmelden keine mehr aus wird sind nach als um ihnen ihre ihr einen wenn mich geht "
        "hilfe wo wann warum wer welche euch euer unser unsere uns er du dein deine dir mal schon immer nie "
        "wieder zurück seit drei tage tagen gehen kommt kommen können könnten muss müssen will wollen würde "
        "würden wurde wurden worden gewesen gemacht gesendet senden empfangen schicken nachrichten nachricht "
        "mails anhang fehlermeldung fehler gelöst beschwerde wegen vergessen frage jemand andere anderen "
        "zweimal letzte letzten neues möglich gern gerne vielen herr frau damen herren abend morgen handy "
        "einloggen anmeldung öffnen verloren steht jeder jede jedes beim zum zur vom konto postfach alle "
        "alles etwas nichts doch nur so dass daß ob koennen moechte ueber gruesse"
    ),
    "fr": (
        "le la les de des et est je ne pas un une que pour dans en sur avec mon ma mes vous nous il ce qui "
        "au du à j'ai c'est bonjour merci cordialement compte passe mot plus mais comment votre sont par été "
        "suis l'adresse d'un n'est aide on cette ou si se être très où quand pourquoi quel quelle quels nos "
        "notre leur leurs lui elle elles ils tous toutes tout toute rien toujours jamais encore depuis trois "
        "jours va vont fait faire peut peux pouvez pourriez doit dois veux voulez voudrais était étaient fut "
        "envoyé envoyer reçu recevoir ouvrir messages message courriel courriels pièce jointe erreur "
        "problème résolu plainte oublié oubliée question quelqu'un autre autres fois dernier dernière "
        "nouvelles possible impossible svp bonsoir madame monsieur téléphone connecter connexion boîte perdu "
        "chaque chez sans sous vers entre donc alors aussi bien mise jour n'ai n'y d'une qu'il qu'on s'est "
        "l'application l'accès avez êtes"
    ),
    "es": (
        "el la los las de que y en un una es no por con para mi me se lo al del su como pero hola gracias "
        "cuenta contraseña puedo está estoy más yo usted saludos buenos días quiero tengo ha he muy si "
        "cuando este esta"
    ),
    "it": (
        "il la le di che e non un una è per con mio mia mi in sono ho del della al si come ma grazie "
        "buongiorno ciao posta più questo anche alla nel accedere password perché account salve cordiali "
        "saluti gli lo ha"
    ),
    "pt": (
        "o a os as de que e não um uma é por com para meu minha em do da no na me se eu mais como mas olá "
        "obrigado senha conta estou você bom dia consigo ao foi está muito quando"
    ),
    "pl": (
        "i w nie na się z do to jest że o jak ale mam mi co po za od czy proszę dzień dobry hasło konto mogę "
        "moje mój pozdrawiam dla przez tak już jestem dziękuję"
    ),
    "tr": (
        "ve bir bu için ile de da ben ne çok var yok nasıl hesap şifre merhaba lütfen teşekkürler değil gibi "
        "benim mı mi olarak daha kadar ama"
    ),
    "cs": (
        "a se na je že v s to jsem z do o ale jak mi si pro nebo dobrý den prosím děkuji heslo účet není "
        "nemohu jsou by jako už"
    ),
    "sv": ("och att det är jag inte en ett som på för med har av till kan om hej tack min mitt lösenord vi du den"),
    "ru": (
        "ne chto shto kak mne menya moi moy moya moei moyu ya ja vy vas vam eto esli kogda gde pochemu "
        "pochta pochtu pochty pochte pochti parol parolya pismo pisma pisem pis'mo spasibo pozhaluysta "
        "pozhaluista pojaluista pozhalujsta zdravstvuyte zdravstvuite zdravstvujte privet dobryi dobryy "
        "dobriy dobry dobrij den vecher utro pomogite pomogi mogu mozhete mozhno nuzhno nado voyti voiti "
        "zayti zaiti zabyl zabyla vosstanovit vosstanovite otpravit poluchit otkryt rabotaet rabotayet "
        "oshibka oshibku pishet akkaunt yaschik yashik ot dlya bez uzhe iz ili no vse vsyo net da est za "
        "pomosh pomosch delat delayte prishlo prihodyat prikhodyat prihodit do svidaniya uvazheniem kod "
        "telefon nomer vzlomali udalit razblokiruyte razblokiruite podskazhite skazhite moj moja ochen po na "
        "s v i u"
    ),
}
CYRILLIC_WORDS = {
    "ru": (
        "и в не на я что с по у как мне это а но за из к от вы мой моя для до же так все бы если ещё еще нет "
        "да здравствуйте добрый день пожалуйста спасибо пароль почта почту письмо письма могу уже или при "
        "был почему помогите ваш вам меня есть только его когда чтобы войти подскажите прошу уважением где "
        "можно этот эта эти тот та те там тут здесь зачем кто что-то кто-то никто ничего всегда никогда "
        "снова опять третий дня дней работает работают пришло приходит приходят отправить отправил получить "
        "открыть сообщение сообщения ошибка ошибку проблема проблему решена забыл забыла вопрос другой "
        "другого раз последний новый новые можете хотел хотела хочу нужно надо очень больше после перед "
        "между через без об над под ли мы они она он её их нас нам наш наша свой своё доброго времени суток "
        "вечер утро телефон аккаунт ящик доступ восстановить удалить изменить отменить вернуть верните "
        "деньги списали помощь благодарю заранее чем тоже также просто сам какой какая какие такой всё"
    ),
    "uk": (
        "і в не на я що з по у як мені це та але за із до від ви мій моя для же так все би якщо ще ні добрий "
        "день будь ласка дякую пошта пароль лист листи можу вже або був чому допоможіть ваш вам мене є "
        "тільки його коли щоб увійти вітаю скриньки цей ця ці той там тут де навіщо хто щось хтось ніхто "
        "нічого завжди ніколи знову третій дня днів працює працюють прийшло приходить приходять надіслати "
        "надіслав отримати відкрити повідомлення помилка помилку проблема проблему вирішено забув забула "
        "питання іншого інший раз останній новий нові можете хотів хотіла хочу потрібно треба дуже більше "
        "після перед між через без про над під чи ж ми вони вона він її їх нас нам наш свій доброго вечора "
        "ранку вечір телефон акаунт скриньку доступ відновити видалити змінити скасувати повернути поверніть "
        "гроші списали допомогу вдячний заздалегідь чим теж також просто сам який яка які такий обліковий "
        "запис код увійшов підкажіть прошу"
    ),
    "be": (
        "і ў не на я што з па у як мне гэта але за ад вы мой мая для да ж так усе калі ёсць вітаю дзякуй дзень добры"
    ),
    "bg": (
        "и в не на аз че с по как ми това но за от до ви моят моята да се си са съм ще може имам здравейте "
        "благодаря моля парола поща ли няма при"
    ),
    "kk": ("және бұл мен бар жоқ емес үшін деп бойынша менің сіз қалай керек осы болып бір сәлеметсіз сәлем рахмет"),
}
LATIN_GROUPS = {
    "en": (
        "ed_ _th day th_ ish ted the ay_ you ly_ ian _wh lea ow_ use sh_ eas ve_ st_ ary han _sh ead low ry_ "
        "uld ct_ ith thi add sho red tha ic_ req oun ear mbe rea ew_ mon oul tho"
    ),
    "nl": (
        "aan oor eer wij aar ijd gev voe maa _ge rui hee uik toe tee naa ijk ijz taa oeg tie oer voo mee waa "
        "jzi aam tij uur eel zig eke aal htw woo bev erd ijn laa eld uw_ ken oen ebr bru _aa ree jke euw gee "
        "rd_ _ee oud daa tuu een joe oek ege _ui"
    ),
    "de": (
        "zei eic ich ein ung eit sch isc ch_ che _zu tze wäh _ei ült wei ähl utz tzt zah ben ert etz aus füg "
        "feh ehl auf teh hre rn_ hen ück hti zur ahl hlt nzu rüc dun usg nnt ihr hal zug inz ern nis _üb hr_ "
        "gül kei ewä _er übe die hl_ erf wen anz"
    ),
    "fr": (
        "eur ez_ ée_ éle ées _ré sél jou _dé onn pré née iqu rés nt_ teu ère _sé ux_ au_ rée ais ête que ur_ "
        "voi ous réc ait riq ue_ tre éri air nné sup lai déc our ois té_ _ce ppr tif us_ _aj ié_ ide ise aut "
        "liq urs rai nvo ité uve nom niq sai leu"
    ),
    "es": (
        "ón_ ión ció aci cci ía_ ecc ría cua uie _añ cac año uev ued ero _el ios los hab bio _cu tab nci gur "
        "deb _gu uar ás_ stá _dí rdo"
    ),
    "it": (
        "zio ti_ to_ ato azi _ri ggi izz no_ giu gio tto icu sci sce iun laz uov ett taz ezz dì_ tti ata ott "
        "orn agg zza _tu ezi lez imp anc ibi vi_ mpo reb ior iat ai_ isu utt nno inv gli nse gge pre _og tut "
        "gol cco leg _am"
    ),
    "pt": (
        "ão_ ção açã ões ês_ çõe enh ári eir iro caç são liã ião liõ iõe eci raç _at def efi rem emo íve ira "
        "qua dev mov uin ua_"
    ),
    "pl": (
        "_wy prz ów_ nie owa dzi ać_ rzy acj ści awi wni pow kow ki_ awn sz_ ńsk zmi raw uży ej_ wyb ych ść_ "
        "cja eń_ wan rze ski cji _uż _kw czn ośc wie iej acz zos nię stę ną_ ień yli _sz _wp łąc ącz toś jąc "
        "icz ięc odz tyl sła ani ość tęp nia tał"
    ),
    "tr": (
        "anı ayı değ ını arı ın_ eği nız ası seç şti çer _iç ız_ ler lan _ol eri lir iz_ sı_ adı ğiş ğer rı_ "
        "yı_ eğe unu alı lam lı_ _gö nın içi _sü leş say yar geç ama ıla içe _ek nı_ ily ınd tir _dü iri etk "
        "örü _yö yön şar _iş ıcı ır_ ilg yon lar"
    ),
    "cs": (
        "ní_ ky_ _př ení sky ná_ lož prá ou_ uži _ne ně_ ný_ něn při pře vyb ová šti ráv měn ván né_ kou změ "
        "ání ých cí_ pří ím_ že_ živ jte _čí _už čís ové dán bsa ožk aně ohl _zá _vy _mě čas nou dno řid hod "
        "_vš jíc ící _ša šab ísl _od ké_ áno nýc"
    ),
    "sv": (
        "ska ka_ isk vän era för _vä nvä cka _fö täl äll ör_ amn hål åll öse ade neh ehå _åt _må _sä änd tt_ "
        "ärd stä vär mn_ _ti krä säk äke mån år_ ndr fäl rät gär väl läg ytt anv är_ frå ång dra nin ätt _lö "
        "inn _sk lst sid gga tta nor ga_ _lä sk_"
    ),
}
CYRILLIC_GROUPS = {
    "ru": (
        "кий ые_ ные ный ый_ ое_ иро ой_ изм льз ов_ ать _эт нны ьзо ерж _со ной ить ию_ ует олж тся ова ующ "
        "ющи тст _уд ее_ ров отп тпр соо свя жно выб рь_ дит нно ржи зов уда _ию _от смо ает отс что его ель "
        "кот спо мот _во это цию ябр ыбр ное зме"
    ),
    "uk": (
        "ськ ів_ ька льй ьйо йон ка_ змі нсь ння іть оні ії_ них орі ти_ ида ні_ ува ня_ _ви тув ає_ рис єкт "
        "ції ві_ від дод ідо ої_ _що еві ере оми міс _єк тів нів ій_ ати _ві ити ифі доз кор вач вик мкн вні "
        "виб мін ьсь має ідп хви ний ція вим _яз"
    ),
    "be": (
        "ць_ аў_ ыя_ кая ае_ дзе _па ныя раў іць аць льё ьён ая_ цца _зь ачы _дз це_ ска ньн наў ыль ацы нае "
        "дзі адз гэт ніц зьм іце пав лі_ _сэ кі_ сьц чын аві аўт ёна _да ыць _гэ аец _лі алі ўва тыл іва вац "
        "оўн ьці аўд ўдн ўні ецц чэн ўна дас цыя"
    ),
    "bg": (
        "_съ ки_ ира изб те_ вър ете та_ ни_ _из изп _въ лид изт зтр лск збр то_ ът_ ане на_ ата али елн ром "
        "ият гле еби ърж зпр _бъ иет згл ойн йно ето дъл ълж илт във дър зпо лни _ед съд ъдъ рат ри_ мвр μμμ "
        "три оме бек олз лзв кат _пъ ята или ция"
    ),
    "kk": (
        "_қа ді_ ңіз іңі ау_ ған таң аңд ңда ан_ ыз_ ын_ _өз ың_ із_ зге ық_ ағы тау өзг _қо шір лға _мә ізд "
        "тте ның _өш өші _жа ілд _сө сөз лық ғы_ қта сіз ңыз _ке нуш ушы гер ады _тү _та лгі ктт ар_ ің_ етт "
        "рің лді қол елг қса лер мән жол қыт _құ"
    ),
}
